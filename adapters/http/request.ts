import { type AssetKey, namedKey } from "../../core/asset-key.ts";
import { percentDecode } from "../../core/percent-decode.ts";
import { HttpError } from "./http-error.ts";

/** The parts of a Request that reporting reads. A Fetch Request satisfies it; the Node fast path passes a cheaper object. */
export interface RequestParts extends Pick<Request, "method" | "url" | "body"> {
  readonly headers: {
    /** `name` is in lower case. */
    get(name: string): string | null;
    forEach(visit: (value: string, name: string) => void): void;
  };
  arrayBuffer(): Promise<ArrayBuffer | Uint8Array>;
  /** Whether the sender waits for a 100 before it sends the body, if the runtime leaves sending that to the reader. */
  isAwaited?(): boolean;
}

const reportEndpoint = /^(?:\/[^/]+)??(\/report_asset_(?:materialization|observation|check))(?:\/|$)/;

/**
 * The path that routes are matched with. For a report it is the endpoint alone, decoded as Dagster's server decodes it,
 * without a prefix of one segment and without the key, which core reads. Any other path stays as it was sent, because
 * Hono's own decoding can't tell `%2F` from `/`.
 */
export function requestPath(request: { readonly url: string }): string {
  const path = rawPath(request.url);
  return reportEndpoint.exec(percentDecode(path))?.[1] ?? path;
}

/** The path as it was sent, with its escapes. */
export function rawPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start === -1) return "/";
  const end = url.slice(start).search(/[?#]/);
  return end === -1 ? url.slice(start) : url.slice(start, start + end);
}

/** The asset key that a path ends with, after `before`. Undefined for an empty one. */
export function keyInPath(url: string, before: string): AssetKey | undefined {
  const path = rawPath(url);
  // Split first and decoded after, so that `%2F` stays inside a part.
  const parts = path
    .slice(path.indexOf(before) + before.length)
    .split("/")
    .map(percentDecode);
  return namedKey(parts);
}

/** The query of a url, decoded. */
export function queryOf(url: string): URLSearchParams {
  const start = url.indexOf("?");
  return new URLSearchParams(start === -1 ? "" : url.slice(start).replace(/#.*/s, ""));
}

/** Throws HttpError 400 if escapes are not UTF-8. A lenient decoder would turn different keys into one. */
export function assertUtf8(text: string): void {
  try {
    for (const [escapes] of text.matchAll(/(?:%[\da-f]{2})+/gi)) decodeURIComponent(escapes);
  } catch {
    throw new HttpError(400, "The address is not UTF-8. Percent-encode its text as UTF-8: caf%C3%A9, not caf%E9.");
  }
}

const plainId = /^[\w.:/+=@-]{1,128}$/;
const generated = new WeakMap<RequestParts, string>();

/** The id of a request in the log: its X-Request-Id if that is a plain word, else a new UUID. */
export function requestId(request: RequestParts): string {
  const given = request.headers.get("x-request-id");
  if (given !== null && plainId.test(given)) return given;
  const id = generated.get(request) ?? crypto.randomUUID();
  generated.set(request, id);
  return id;
}
