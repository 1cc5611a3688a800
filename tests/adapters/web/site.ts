import { createRoutedApp } from "../../../adapters/server/app.ts";
import type { RunlessEvent } from "../../../core/index.ts";
import {
  createMemoryDefinitionStore,
  type DefinitionStore,
  type EventLog,
  type WatchStore,
} from "../../../storage/index.ts";
import { config, memory, noon } from "../http/native.ts";

export { noon };
export const hour = 3_600_000;
export const day = 24 * hour;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** As it came. */
  readonly bytes: Uint8Array;
  readonly html: string;
  /** What a reader sees, without the marks between it. */
  readonly text: string;
}

export interface Site {
  readonly log: EventLog;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** The pages without a socket, on a log in memory that holds these events. */
export async function siteOf(...events: readonly RunlessEvent[]): Promise<Site> {
  return siteOver(await logOf(...events));
}

/** The pages without a socket, on this log. */
export function siteOver(
  log: EventLog,
  definitions: DefinitionStore = createMemoryDefinitionStore({ now: () => noon }),
  watching?: WatchStore,
): Site {
  const app = createRoutedApp({ log, definitions, config, now: () => noon, ...(watching && { watching }) });
  return {
    log,
    get: async (path, headers = {}) => {
      const url = path.startsWith("/") ? `http://localhost${path}` : path;
      const response = await app.fetch(new Request(url, { headers }));
      const bytes = new Uint8Array(await response.arrayBuffer());
      const html = new TextDecoder().decode(bytes);
      return { status: response.status, headers: response.headers, bytes, html, text: textOf(html) };
    },
  };
}

/** A log in memory that holds these events. */
export async function logOf(...events: readonly RunlessEvent[]): Promise<EventLog> {
  const log = memory();
  await log.append(events.map((event) => [{ event }]));
  return log;
}

/** The text of HTML, white space as a browser shows it. */
export function textOf(html: string): string {
  const shown = html
    .replace(/<head>.*?<\/head>|<title>.*?<\/title>/gs, "")
    .replace(/<wbr\/?>/g, "")
    .replace(/<[^>]*>/g, " ");
  return unescaped(shown).replace(/\s+/g, " ").replaceAll(" ,", ",");
}

/** The addresses of what a page loads once it is painted. */
export function scriptsOf(html: string): readonly string[] {
  return html.match(/<body[^>]* data-scripts="([^"]*)"/)?.[1]?.split(" ") ?? [];
}

/** Scripts load these by themselves, uPlot once a plot is in sight. */
const loadedBy: Readonly<Record<string, readonly string[]>> = {
  "page.js": ["ago.js"],
  "grid.js": ["unpack-names.js", "calendar.js", "visible-text.js"],
  "plots.js": ["figures.js", "uPlot.js"],
};

/** All that a browser loads beside a page that it never saw, and that has its plots in sight. */
export function filesOf(html: string): readonly string[] {
  return scriptsOf(html).flatMap((path) => {
    const name = path.split("/").at(-1) ?? "";
    return [path, ...(loadedBy[name] ?? []).map((other) => path.replace(name, other))];
  });
}

function unescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

/** The addresses that links with this text lead to. */
export function linksTo(html: string, text: string): readonly string[] {
  const links = Array.from(html.matchAll(/<a [^>]*?href="([^"]*)"[^>]*>(.*?)<\/a>/gs));
  return links.filter(([, , inner = ""]) => textOf(inner).trim() === text).map(([, href = ""]) => unescaped(href));
}
