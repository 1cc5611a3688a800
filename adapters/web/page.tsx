/** @jsxImportSource hono/jsx */

import { createHash } from "node:crypto";
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { Limits } from "../config/limits.ts";
import type { Caller } from "../http/access/caller.ts";
import type { ScopedEventLog } from "../http/access/scoped-event-log.ts";
import { pageHeaders } from "../http/responses.ts";
import { type StaticFileName, staticPath, styleText } from "./static-files.ts";
import { PageBudget, renderWithin } from "./values/page-budget.ts";

/** One look at a page: what is asked for, by whom, and what it is answered from. */
export interface PageContext {
  readonly url: string;
  /** All that the caller may see. */
  readonly log: ScopedEventLog;
  readonly caller: Caller;
  readonly limits: Limits;
  /** The newest event's id before anything else is read: what comes after it is news to the page. */
  readonly newestId: number;
  /** False where the page's own script asks, which has the style already. */
  readonly isStyled: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** The stream of what comes after a page was made, with the API's filters. */
export function streamPath({ newestId }: PageContext, filters: Readonly<Record<string, string>> = {}): string {
  return `/events/stream?${new URLSearchParams({ ...filters, after: String(newestId) })}`;
}

export interface Page {
  readonly title: string;
  readonly place: "assets" | "events" | "checks" | undefined;
  readonly body: Child;
  /** Default: 200. */
  readonly status?: number;
  /** What stands in the search field. */
  readonly search?: string | undefined;
  /** The id of a form on the page that the search field belongs to. Default: it searches all assets by itself. */
  readonly searchForm?: string;
  /** Scripts beside that of every page. */
  readonly files?: readonly StaticFileName[];
  /** The stream of events that change this page; none where it never changes. */
  readonly stream?: string;
  /** Whether it is for those who may see no other page: then it leads to none. Default: false. */
  readonly isClosed?: boolean;
  /** Where the browser should go at once. */
  readonly refresh?: string | undefined;
}

// Scripts wait until the page is painted, unless somebody has folded away what they would see until then.
const start = `const load = () => { for (const path of document.body.dataset.scripts.split(" ")) import(path); };
if (sessionStorage.getItem("folded")) load();
else requestAnimationFrame(() => setTimeout(load));`;
const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const own = pageHeaders(
  `script-src 'self' ${hashOf(start)}; style-src ${hashOf(styleText())}; connect-src 'self'; img-src 'self' data:`,
  "'self'",
);

/** A page as its caller gets it. What needs a token is kept nowhere. A script that looks again needs no style. */
export function pageResponse(page: Page, { name }: Caller, isStyled = true): Response {
  const headers = { ...own, "cache-control": name === null ? "no-cache" : "no-store" };
  const html = renderWithin(
    new PageBudget(),
    () => `<!doctype html>${<Document {...page} name={name} isStyled={isStyled} />}`,
  );
  return new Response(html, { status: page.status ?? 200, headers });
}

const places = [
  { name: "assets", path: "/", text: "Assets" },
  { name: "events", path: "/events", text: "Events" },
  { name: "checks", path: "/checks", text: "Checks" },
] as const;

// The same shapes as a strip has.
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M3 3v10M8 7v6M13 3v10' stroke='%23188554' stroke-width='3'/%3E%3C/svg%3E";

interface DocumentProps extends Page {
  /** Of the caller's token. */
  readonly name: string | null;
  readonly isStyled: boolean;
}

function Document(props: DocumentProps) {
  const { title, body, files = [], stream, refresh, isClosed = false, isStyled } = props;
  const scripts: readonly StaticFileName[] = ["page.js", ...files];
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · runless`}</title>
        <link rel="icon" href={icon} />
        {refresh !== undefined && <meta http-equiv="refresh" content={`0; url=${refresh}`} />}
        {isStyled && <style>{raw(styleText())}</style>}
        {isStyled && <script type="module">{raw(start)}</script>}
      </head>
      <body data-stream={stream} data-scripts={scripts.map(staticPath).join(" ")}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header>
          <a class="mark" href="/" aria-label="runless">
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M3 3v10M8 7v6M13 3v10" />
            </svg>
            runless
          </a>
          {!isClosed && <Tools {...props} />}
        </header>
        {stream !== undefined && <button type="button" class="news" id="news" hidden />}
        <main id="main">{body}</main>
      </body>
    </html>
  );
}

function Tools({ place, search, searchForm, name }: DocumentProps) {
  return (
    <>
      <nav aria-label="Pages">
        {places.map(({ name, path, text }) => (
          <a href={path} aria-current={name === place ? "page" : undefined}>
            {text}
          </a>
        ))}
        <a href="/docs">Docs</a>
      </nav>
      <SearchField search={search} form={searchForm} />
      <span class="live" id="live" role="status" hidden />
      {name !== null && (
        <form class="caller" method="post" action="/sign-out">
          <bdi title="The token that you signed in with">{name}</bdi>
          <button type="submit">Sign out</button>
        </form>
      )}
    </>
  );
}

function SearchField({ search, form }: { readonly search: string | undefined; readonly form: string | undefined }) {
  const field = (
    <input
      type="search"
      name="search"
      form={form}
      value={search}
      placeholder="Search assets"
      aria-label="Search assets"
      autocomplete="off"
      spellcheck={false}
    />
  );
  return form === undefined ? (
    <search class="search">
      <form action="/">{field}</form>
    </search>
  ) : (
    <search class="search">{field}</search>
  );
}
