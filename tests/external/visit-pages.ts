import { RunlessClient } from "../../adapters/client.ts";
import { checkEvaluation, materialization, observation } from "../../core/index.ts";

/** What a server answers to whoever opens its pages, by path: the status, and the kind of what came. */
export type Visited = Readonly<Record<string, string>>;

const secret = "a-secret-that-pages-ask-for";

/** The environment of the server, so that its pages include the one that asks for a token. */
export const pagesEnv = { RUNLESS_TOKENS: `me:admin=${secret}` };

/** Reports events that give every kind of page something to show and every script something to do. */
export async function reportForPages(url: string): Promise<void> {
  const client = new RunlessClient({ url, token: secret });
  const hour = 3_600_000;
  const now = Date.now();
  // More partitions than a page makes elements for, and numbers that change: both have a script of their own.
  const partitions = Array.from({ length: 600 }, (_, i) =>
    materialization("lake/orders", { partition: `p${i}`, timestamp: now - i * hour, metadata: { rows: i } }),
  );
  await client.reportRunlessAssetEvents([
    ...partitions,
    observation("lake/orders", { dataVersion: "v1" }),
    checkEvaluation("lake/orders", { checkName: "no_nulls", passed: false }),
  ]);
}

/**
 * Opens every page that links lead to, from "/" on, and everything that they and their scripts name. Paths are without
 * their query and the version in them.
 */
export async function visitPages(url: string): Promise<Visited> {
  const visited: Record<string, string> = { "/sign-in": kindOf(await fetch(`${url}/sign-in`)) };
  const form = { method: "POST", body: new URLSearchParams({ token: secret }), redirect: "manual" } as const;
  const cookie = (await fetch(`${url}/sign-in`, form)).headers.get("set-cookie")?.split(";")[0] ?? "";
  const seen = new Set<string>();
  const waiting = ["/", "/assets/no/such"];
  for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
    const { href, pathname, origin } = new URL(target, url);
    if (seen.has(href) || origin !== new URL(url).origin || seen.size >= mostTargets) continue;
    seen.add(href);
    const response = await fetch(href, { headers: { cookie } });
    const kind = kindOf(response);
    visited[pathname.replace(/^\/static\/[^/]+/, "/static")] = kind;
    // A stream of events never ends.
    if (kind.endsWith("event-stream")) await response.body?.cancel();
    else {
      const named = namedIn(kind, await response.text()).map((name) => new URL(name, href).href);
      // Files first: there are few, and more events than are visited.
      waiting.unshift(...named.filter((target) => target.includes("/static/")));
      waiting.push(...named.filter((target) => !target.includes("/static/")));
    }
  }
  return visited;
}

function kindOf({ status, headers }: Response): string {
  return `${status} ${headers.get("content-type")?.split(";")[0]}`;
}

/** Enough for each kind of page, and not one for each of many events. */
const mostTargets = 150;

function namedIn(kind: string, text: string): readonly string[] {
  if (kind.endsWith("html")) {
    const attributes = Array.from(text.matchAll(/ (href|src|data-stream|data-scripts)="([^"#]+)/g));
    return attributes.flatMap(([, name, value = ""]) => {
      return name === "data-scripts" ? value.split(" ") : [value.replaceAll("&amp;", "&")];
    });
  }
  if (!kind.endsWith("javascript")) return [];
  return Array.from(text.matchAll(/^import [^"]*"(\.[^"]+)"|new URL\("([^"]+)", import\.meta\.url/gm), (found) => {
    return found[1] ?? found[2] ?? "";
  });
}

/** What `visitPages` met that is neither a page nor one of the files of `everyPage`. */
export function brokenIn(visited: Visited): readonly (readonly [string, string])[] {
  return Object.entries(visited).filter(([path, answer]) => !(path in everyPage) && answer !== page);
}

const page = "200 text/html";
const script = "200 text/javascript";

/** What is there on every server with the events of `reportForPages`; more pages may be there too. */
export const everyPage: Visited = {
  "/": page,
  "/assets/lake/orders": page,
  "/assets/no/such": "404 text/html",
  "/events": page,
  "/events/602": page,
  "/events/stream": "200 text/event-stream",
  "/events/export": "200 application/x-ndjson",
  "/checks": page,
  "/alerts": page,
  "/sign-in": page,
  "/docs": page,
  "/openapi.json": "200 application/json",
  "/asset.json": "200 application/json",
  "/event.json": "200 application/json",
  "/static/page.js": script,
  "/static/ago.js": script,
  "/static/calendar.js": script,
  "/static/figures.js": script,
  "/static/visible-text.js": script,
  "/static/filters.js": script,
  "/static/search-on.js": script,
  "/static/grid.js": script,
  "/static/unpack-names.js": script,
  "/static/plots.js": script,
  "/static/uPlot.js": script,
};
