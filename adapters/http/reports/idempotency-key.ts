import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request-parts.ts";

/** How many characters the header may have. The field `idempotency_key` of an event may have more. */
export const longestKeyHeader = 255;

/** The header `Idempotency-Key`, or undefined without one. Throws HttpError 400. */
export function readIdempotencyKey(headers: RequestParts["headers"]): string | undefined {
  const key = headers.get("idempotency-key");
  if (key === null) return undefined;
  if (key !== "" && key.length <= longestKeyHeader) return key;
  throw new HttpError(400, `Idempotency-Key must have 1 to ${longestKeyHeader} characters. Got ${key.length}.`);
}
