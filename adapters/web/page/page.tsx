/** @jsxImportSource hono/jsx */

import { createHash } from "node:crypto";
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { SendStore } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { Caller } from "../../http/access/caller.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import type { ScopedDefinitions } from "../../http/definitions/scoped-definitions.ts";
import { pageHeaders } from "../../http/responses.ts";
import { PageBudget, renderWithin } from "../parts/page-budget.ts";
import type { FiringCount, PageWatching } from "./page-watching.ts";
import { type StaticFileName, staticPath, styleText } from "./static-files.ts";

/** What a page is rendered from. */
export interface PageContext {
  readonly url: string;
  /** The log narrowed to the caller's prefix. */
  readonly log: ScopedEventLog;
  /** Likewise. */
  readonly definitions: ScopedDefinitions;
  /** Likewise. */
  readonly watching: PageWatching;
  /** Of the page of destinations alone. */
  readonly sending?: SendStore | undefined;
  readonly caller: Caller;
  readonly limits: Limits;
  /** The id of the newest event, read before anything else. The page's stream starts after it. */
  readonly newestId: number;
  /** False if the page's script asks, which has the style sheet already. */
  readonly isStyled: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** The address of the stream of events after a page was made. The filters are those of the API. */
export function streamPath({ newestId }: PageContext, filters: Readonly<Record<string, string>> = {}): string {
  return `/events/stream?${new URLSearchParams({ ...filters, after: String(newestId) })}`;
}

export interface Page {
  readonly title: string;
  /** The entry of the navigation that is current. */
  readonly section: "assets" | "events" | "checks" | "alerts" | undefined;
  readonly body: Child;
  /** Default: 200. */
  readonly status?: number;
  /** The text of the search field. */
  readonly search?: string | undefined;
  /** The id of the form that the search field belongs to. Default: a form of its own, which searches all assets. */
  readonly searchForm?: string;
  /** Scripts in addition to page.js. */
  readonly files?: readonly StaticFileName[];
  /** The address of the stream of events that change this page. Default: the page never changes. */
  readonly stream?: string;
  /** How often the page is looked at again although no event came. Default: never. */
  readonly refreshSeconds?: number;
  /** How many alerts fire, for the head of the page. */
  readonly firing?: FiringCount;
  /** Whether the page links to no other page, because its reader may see none. Default: false. */
  readonly isClosed?: boolean;
  /** The address that the browser should load at once. */
  readonly refresh?: string | undefined;
}

// Scripts load after the first paint, or before it if the user has folded groups, which would else show for a moment.
const start = `const load = () => { for (const path of document.body.dataset.scripts.split(" ")) import(path); };
if (sessionStorage.getItem("folded")) load();
else requestAnimationFrame(() => setTimeout(load));`;
const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const own = pageHeaders(
  `script-src 'self' ${hashOf(start)}; style-src ${hashOf(styleText())}; connect-src 'self'; img-src 'self' data:`,
  "'self'",
);

/** Renders a page. A browser must not cache a page that requires a token. */
export function pageResponse(page: Page, { name }: Caller, isStyled = true): Response {
  // A browser must not show what was rendered for a script (`isStyled` is false) as the page of the same address.
  const headers = { ...own, "cache-control": name === null ? "no-cache" : "no-store", vary: "Sec-Fetch-Dest" };
  const html = renderWithin(
    new PageBudget(),
    () => `<!doctype html>${<Document {...page} name={name} isStyled={isStyled} />}`,
  );
  return new Response(html, { status: page.status ?? 200, headers });
}

const sections = [
  { name: "assets", path: "/", text: "Assets" },
  { name: "events", path: "/events", text: "Events" },
  { name: "checks", path: "/checks", text: "Checks" },
  { name: "alerts", path: "/alerts", text: "Alerts" },
] as const;

// The shapes of a strip.
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M3 3v10M8 7v6M13 3v10' stroke='%23188554' stroke-width='3'/%3E%3C/svg%3E";

interface DocumentProps extends Page {
  /** The name of the caller's token. */
  readonly name: string | null;
  readonly isStyled: boolean;
}

function Document(props: DocumentProps) {
  const { title, body, files = [], stream, refreshSeconds, refresh, isClosed = false, isStyled } = props;
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
      <body data-stream={stream} data-again={refreshSeconds} data-scripts={scripts.map(staticPath).join(" ")}>
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

function Tools({ section, search, searchForm, name, firing }: DocumentProps) {
  return (
    <>
      <nav aria-label="Pages">
        {sections.map(({ name, path, text }) => (
          <a href={path} aria-current={name === section ? "page" : undefined}>
            {text}
            {name === "alerts" && <Firing firing={firing} />}
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

/** How many alerts fire. It is always there, so that an update finds it. */
function Firing({ firing = { count: 0, isMore: false } }: { readonly firing: FiringCount | undefined }) {
  const { count, isMore } = firing;
  return (
    <span id="firing" data-swap>
      {count > 0 && (
        <>
          {" "}
          <b class="firing">
            {count.toLocaleString("en")}
            {isMore && "+"}
          </b>
        </>
      )}
    </span>
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
