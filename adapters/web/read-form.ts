import { type Reading, readBody } from "../http/read-body.ts";
import type { Limits } from "../limits.ts";

/** The fields of a form that was sent. Throws HttpError. */
export async function readForm(request: Request, limits: Limits, reading: Reading): Promise<URLSearchParams> {
  return new URLSearchParams(await readBody(request, limits, reading));
}
