import { type Limits, overLimit } from "../../config/limits.ts";
import type { AppDeps, AppEnv } from "../app-deps.ts";
import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request.ts";
import { browserGuard, ownPagesOnly } from "./browser-guard.ts";

/** Checks a request before anything else reads it. Returns the error of a request that is refused, else undefined. */
export type RequestGuard = (request: RequestParts, env: AppEnv["Bindings"] | undefined) => HttpError | undefined;

export function createRequestGuard({ config, browser = ownPagesOnly }: AppDeps): RequestGuard {
  const guard = browserGuard(browser);
  const checkSize = requestSizeCheck(config.limits);
  return (request, env) => guard(request) ?? checkSize(request, env);
}

/** Returns a 414 or 431 for a request whose target or header is over its limit. */
function requestSizeCheck(limits: Limits) {
  return (request: RequestParts, env: AppEnv["Bindings"] | undefined): HttpError | undefined => {
    const { url } = request;
    // The target starts at the path: scheme and host come before it.
    const target = url.length - url.indexOf("/", url.indexOf("://") + 3);
    if (target > limits.targetBytes) {
      return new HttpError(414, overLimit("The path with its query", target, "targetBytes", limits));
    }
    const header = sizeOfHeader(request.headers, env?.incoming?.rawHeaders);
    if (header <= limits.headerBytes) return undefined;
    return new HttpError(431, overLimit("The header", header, "headerBytes", limits));
  };
}

/** The bytes of all names and values. Node has a list of them already, and would first have to make its Headers. */
function sizeOfHeader(headers: RequestParts["headers"], raw: readonly string[] | undefined): number {
  let size = 0;
  if (raw === undefined) {
    headers.forEach((value, name) => {
      size += name.length + value.length;
    });
  } else for (const text of raw) size += text.length;
  return size;
}

/** A name, or an address as a URL has it, with or without a port: RFC 9110, 7.2. */
const hostAndPort = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-f:.]+\])(?::\d*)?$/i;

/**
 * Returns a 400 for a Host that no URL can have, such as `.1`, and for one that holds more than a host, such as `a/b`.
 * The runtimes make a Request of some of these, with a path that the client did not send.
 */
export function hostCheck() {
  let lastGood: string | undefined; // nearly all requests have the same Host
  return (host: string): HttpError | undefined => {
    if (host === lastGood) return undefined;
    if (!hostAndPort.test(host) || !URL.canParse(`http://${host}`)) {
      const problem = "The header Host must be a name or an address, with or without a port";
      return new HttpError(400, `${problem}. Got ${host.slice(0, 100)}.`, { connection: "close" });
    }
    lastGood = host;
    return undefined;
  };
}

/** The host in the URL of a Request that has no Host header: HTTP/1.0 does not require one. */
export const noHost = "localhost";
