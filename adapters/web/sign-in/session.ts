import { parse, serialize } from "hono/utils/cookie";
import { sessionOf } from "../../config/token-format.ts";
import { secretOf } from "../../http/access/authorizer.ts";
import { isOwnPage } from "../../http/access/browser-guard.ts";
import type { Session } from "../../http/access/token-cache.ts";
import type { RequestParts } from "../../http/request.ts";

const month = 30 * 86_400;

/**
 * Cookies are a host's, whatever its ports: two servers of one machine have a name each. Any other server of that host
 * gets them too, which is why they are no tokens.
 */
function cookieName(url: string): string {
  return `runless${new URL(url).port}`;
}

/**
 * The token of a request to a page: in its header as everywhere, or in the cookie of who signed in. The cookie goes
 * along by itself, so where something changes it counts only for what a page of ours sends.
 */
export function pageSecret(request: RequestParts): string | Session | undefined {
  const inHeader = secretOf(request.headers);
  if (inHeader !== undefined) return inHeader;
  if (!["GET", "HEAD"].includes(request.method) && !isOwnPage(request.headers)) return undefined;
  const name = cookieName(request.url);
  const session = parse(request.headers.get("cookie") ?? "", name)[name];
  return session === undefined ? undefined : { session };
}

/** The value of Set-Cookie that keeps a token signed in, or without one ends that. */
export function sessionCookie(request: Request, secret: string | undefined): string {
  // Behind a proxy only the page knows that it came by https.
  const secure = [request.url, request.headers.get("origin")].some((url) => url?.startsWith("https:"));
  return serialize(cookieName(request.url), secret === undefined ? "" : sessionOf(secret), {
    ...{ path: "/", httpOnly: true, sameSite: "Strict", secure },
    maxAge: secret === undefined ? 0 : month,
  });
}
