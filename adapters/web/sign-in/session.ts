import { parse, serialize } from "hono/utils/cookie";
import { sessionOf } from "../../config/token-format.ts";
import { secretOf } from "../../http/access/authorizer.ts";
import { isOwnPage } from "../../http/access/browser-guard.ts";
import type { Session } from "../../http/access/token-cache.ts";
import type { RequestParts } from "../../http/request.ts";

const month = 30 * 86_400;

/**
 * All ports of a host share cookies, so the name includes the port: two servers on one machine have different cookies.
 * Other servers on that host receive them too, which is why a cookie holds no token.
 */
function cookieName(url: string): string {
  return `runless${new URL(url).port}`;
}

/**
 * The secret of a request to a page: in its headers as for the API, or in the session cookie. Browsers send the cookie by
 * themselves, so for a request that changes something it counts only if one of our own pages sends it.
 */
export function pageSecret(request: RequestParts): string | Session | undefined {
  const inHeader = secretOf(request.headers);
  if (inHeader !== undefined) return inHeader;
  if (!["GET", "HEAD"].includes(request.method) && !isOwnPage(request.headers)) return undefined;
  const name = cookieName(request.url);
  const session = parse(request.headers.get("cookie") ?? "", name)[name];
  return session === undefined ? undefined : { session };
}

/** The Set-Cookie value that starts a session with a token. Without a token it ends the session. */
export function sessionCookie(request: Request, secret: string | undefined): string {
  // Behind a proxy only Origin tells that the page came by https.
  const secure = [request.url, request.headers.get("origin")].some((url) => url?.startsWith("https:"));
  return serialize(cookieName(request.url), secret === undefined ? "" : sessionOf(secret), {
    ...{ path: "/", httpOnly: true, sameSite: "Strict", secure },
    maxAge: secret === undefined ? 0 : month,
  });
}
