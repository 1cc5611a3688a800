import { type Limits, overLimit } from "../../config/limits.ts";
import type { AppEnv } from "../app-deps.ts";
import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request-parts.ts";

/** Answers a 414 or 431 for a request whose target or header is larger than it may be. */
export function requestSizeCheck(limits: Limits) {
  return (request: RequestParts, env: AppEnv["Bindings"] | undefined): HttpError | undefined => {
    const { url } = request;
    // What a url says before its path is the server's name, and no part of the target.
    const target = url.length - url.indexOf("/", url.indexOf("://") + 3);
    if (target > limits.targetBytes) {
      return new HttpError(414, overLimit("The path with its query", target, "targetBytes", limits));
    }
    const header = sizeOfHeader(request.headers, env?.incoming?.rawHeaders);
    if (header <= limits.headerBytes) return undefined;
    return new HttpError(431, overLimit("The header", header, "headerBytes", limits));
  };
}

/** The bytes of all names and values. Node's own list is there already, and its Headers would first have to be made. */
function sizeOfHeader(headers: RequestParts["headers"], raw: readonly string[] | undefined): number {
  let size = 0;
  if (raw === undefined) {
    headers.forEach((value, name) => {
      size += name.length + value.length;
    });
  } else for (const text of raw) size += text.length;
  return size;
}
