import type { Limits } from "../../config/limits.ts";
import { type Reading, readBody } from "../../http/body/read-body.ts";
import { HttpError } from "../../http/http-error.ts";

const mostBytes = 16_384;

/** The fields of a form that was sent. Throws HttpError, 413 for a form above 16 kB, which nothing parses. */
export async function readForm(request: Request, limits: Limits, reading: Reading): Promise<URLSearchParams> {
  if (limits.bodyBytes <= mostBytes) return new URLSearchParams(await readBody(request, limits, reading));
  try {
    return new URLSearchParams(await readBody(request, { ...limits, bodyBytes: mostBytes }, reading));
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 413) throw error;
    const problem = `The form is larger than ${mostBytes} bytes. Send only the fields of its page.`;
    throw new HttpError(413, problem, error.headers);
  }
}
