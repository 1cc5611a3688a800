import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request.ts";

/** Which pages may use a server from a browser, in addition to its own. */
export interface BrowserPolicy {
  /** Origins of other pages, such as `https://app.example.com`. */
  readonly corsOrigins: readonly string[];
  /** The host names that requests may use, or undefined for any. Addresses and localhost are always allowed. */
  readonly hosts: () => readonly string[] | undefined;
}

export const ownPagesOnly: BrowserPolicy = { corsOrigins: [], hosts: () => undefined };

// DNS rebinding needs a name that a name server can point at us. These are not such names.
const unforgeableHost = /^(?:\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\]|(?:[^.]+\.)?localhost)$/;

/**
 * Returns a 403 for a request that a browser sends from a page of another origin, or to a host name that is not allowed.
 * Browsers send Origin or Sec-Fetch-Site. A request without both comes from no browser, and passes.
 */
export function browserGuard(policy: BrowserPolicy) {
  const { corsOrigins } = policy;
  let lastGood: string | null = null; // nearly all requests have the same Host
  return ({ method, headers }: RequestParts): HttpError | undefined => {
    const host = headers.get("host");
    // RFC 9112, 3.2: with two of them, a proxy and this server might read different ones.
    if (host?.includes(",")) return new HttpError(400, "The header Host is given more than once. Send one.");
    const names = policy.hosts();
    if (names !== undefined) {
      const wrongName = host === lastGood ? undefined : nameProblem(host, names);
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

function nameProblem(host: string | null, names: readonly string[]): string | undefined {
  // RFC 3986, 3.2.2 and 6.2.3: a dot at the end and an empty port do not make it another host.
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

/** Whether the browser says that one of our own pages, or the user directly, sent this request. */
export function isOwnPage(headers: RequestParts["headers"]): boolean {
  const site = headers.get("sec-fetch-site");
  // Sec-Fetch-Site comes first: behind a proxy our Host may differ from the page's.
  if (site !== null) return site === "same-origin" || site === "none";
  return headers.get("origin")?.replace(/^https?:\/\//, "") === headers.get("host");
}

/** Whether the user follows a link to here. The page with the link can't read the answer. */
function isNavigation(headers: RequestParts["headers"]): boolean {
  return headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document";
}
