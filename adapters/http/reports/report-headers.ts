import { logger } from "../../config/logger.ts";
import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request.ts";

const mostNames = 10;
const mostBytes = 1024;
const longestName = 100;
const andMore = encodeURIComponent("…");

/** The value of `Runless-Ignored`: at most 10 names and 1 kB, percent-encoded. `%E2%80%A6` (…) replaces the rest. */
export function ignoredHeader(names: readonly string[]): string {
  let text = "";
  for (const [i, name] of names.entries()) {
    const shown = i === 0 ? encodeName(name) : `, ${encodeName(name)}`;
    if (i === mostNames || text.length + shown.length + andMore.length + 2 > mostBytes) return `${text}, ${andMore}`;
    text += shown;
  }
  return text;
}

/** The names in such a header, some of them cut. */
export function namesIn(header: string | null): readonly string[] {
  const names = header?.split(", ").filter((name) => name !== andMore) ?? [];
  return names.map((name) => decodeURIComponent(name.endsWith(andMore) ? name.slice(0, -andMore.length) : name));
}

// A name may be as long as a body.
function encodeName(name: string): string {
  if (name.length <= longestName) return encodeURIComponent(name.toWellFormed());
  return encodeURIComponent(name.slice(0, longestName).toWellFormed()) + andMore;
}

const mostLogged = 100;
const logged = new Set<string>();

/** Logs that a report had an unknown field: once for each name, for the first 100 names of the process. */
export function logIgnored(endpoint: string, names: readonly string[]): void {
  for (const full of names) {
    if (logged.size >= mostLogged) return;
    const name = full.slice(0, longestName).toWellFormed();
    if (logged.has(name)) continue;
    logged.add(name);
    logger.warn("a report has a field that its endpoint does not know, and it was ignored", { field: name, endpoint });
  }
}

/** How many characters the header may have. The field `idempotency_key` of an event may have more. */
export const longestKeyHeader = 255;

/** The header `Idempotency-Key`, or undefined without one. Throws HttpError 400. */
export function readIdempotencyKey(headers: RequestParts["headers"]): string | undefined {
  const key = headers.get("idempotency-key");
  if (key === null) return undefined;
  if (key !== "" && key.length <= longestKeyHeader) return key;
  throw new HttpError(400, `Idempotency-Key must have 1 to ${longestKeyHeader} characters. Got ${key.length}.`);
}
