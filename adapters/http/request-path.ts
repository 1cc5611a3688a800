import { percentDecode } from "../../core/percent-decode.ts";
import { HttpError } from "./http-error.ts";

const reportEndpoint = /^(?:\/[^/]+)??(\/report_asset_(?:materialization|observation|check))(?:\/|$)/;

/**
 * The path that routes are matched with. A report endpoint is named by its first segments alone, behind one segment of
 * prefix or none, decoded as Dagster's server decodes them; what follows is the key, and core reads that. Any other
 * path stays as it was sent, since Hono's own decoding can't tell `%2F` from `/`.
 */
export function requestPath(request: { readonly url: string }): string {
  const path = rawPath(request.url);
  return reportEndpoint.exec(percentDecode(path))?.[1] ?? path;
}

/** The path as it was sent, escapes and all. */
export function rawPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start === -1) return "/";
  const end = url.slice(start).search(/[?#]/);
  return end === -1 ? url.slice(start) : url.slice(start, start + end);
}

/** The query of a url, decoded. */
export function queryOf(url: string): URLSearchParams {
  const start = url.indexOf("?");
  return new URLSearchParams(start === -1 ? "" : url.slice(start).replace(/#.*/s, ""));
}

/** Throws HttpError 400 where escapes are not UTF-8: decoded leniently, keys that differ would become one. */
export function assertUtf8(text: string): void {
  try {
    for (const [escapes] of text.matchAll(/(?:%[\da-f]{2})+/gi)) decodeURIComponent(escapes);
  } catch {
    throw new HttpError(400, "The address is not UTF-8. Percent-encode its text as UTF-8: caf%C3%A9, not caf%E9.");
  }
}
