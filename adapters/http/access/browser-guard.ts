import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request-parts.ts";

/** Which pages may use a server from a browser, beside its own. */
export interface BrowserPolicy {
  /** Their origins, as `https://app.example.com`. */
  readonly corsOrigins: readonly string[];
  /** The names that requests may call the server by, or undefined for any. Addresses and localhost always are good. */
  readonly hosts: () => readonly string[] | undefined;
}

export const ownPagesOnly: BrowserPolicy = { corsOrigins: [], hosts: () => undefined };

// No name server can point these elsewhere, which is how DNS rebinding makes a page of another site look like ours.
const unforgeableHost = /^(?:\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\]|(?:[^.]+\.)?localhost)$/;

/**
 * Answers a 403 for a request that a browser sends for a page of another origin, or under a name that is not ours. A
 * browser says of itself where a request comes from; what says nothing is no browser, and passes.
 */
export function browserGuard(policy: BrowserPolicy) {
  const { corsOrigins } = policy;
  let lastGood: string | null = null; // nearly every request says the same
  return ({ method, headers }: RequestParts): HttpError | undefined => {
    const host = headers.get("host");
    // RFC 9112, 3.2: two of them may be meant to get past whoever looks at one.
    if (host?.includes(",")) return new HttpError(400, "The header Host is given more than once. Send one.");
    const names = policy.hosts();
    if (names !== undefined) {
      const wrongName = host === lastGood ? undefined : strangeName(host, names);
      if (wrongName !== undefined) return new HttpError(403, wrongName);
      lastGood = host;
    }
    const site = headers.get("sec-fetch-site");
    const origin = headers.get("origin");
    if ((site === null && origin === null) || isOwnPage(headers)) return undefined;
    if (origin !== null && corsOrigins.includes(origin)) return undefined;
    if (method === "GET" && isNavigation(headers)) return undefined;
    return new HttpError(403, foreignPage(origin));
  };
}

function strangeName(host: string | null, names: readonly string[]): string | undefined {
  // RFC 3986, 3.2.2 and 6.2.3: neither the root's dot nor an empty port makes it another host.
  const name = host?.replace(/\.?(?::\d*)?$/, "").toLowerCase();
  if (name === undefined || unforgeableHost.test(name) || names.includes(name)) return undefined;
  const shown = name.slice(0, 100);
  return `This server isn't called ${shown}. If it should be, start it with --allowed-host ${shown}.`;
}

function foreignPage(origin: string | null): string {
  if (origin === null || origin === "null") {
    return "A page of another origin can't use this server from a browser. To let it, name its origin with --cors-origin.";
  }
  const shown = origin.slice(0, 200);
  return `A page of ${shown} can't use this server from a browser. To let it, start the server with --cors-origin ${shown}.`;
}

/** Whether a page of ours sent this, as its browser says, or a person by hand. */
export function isOwnPage(headers: RequestParts["headers"]): boolean {
  const site = headers.get("sec-fetch-site");
  // The browser's own word comes first: behind a proxy our Host may be another than the page's.
  if (site !== null) return site === "same-origin" || site === "none";
  return headers.get("origin")?.replace(/^https?:\/\//, "") === headers.get("host");
}

/** Somebody follows a link to here: the page with the link sees nothing of the answer. */
function isNavigation(headers: RequestParts["headers"]): boolean {
  return headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document";
}
