import type { Limits } from "../../config/limits.ts";
import { type BodyLimits, readBody } from "../../http/body/read-body.ts";
import { HttpError } from "../../http/http-error.ts";

const mostBytes = 16_384;

/** Reads the fields of a form. Rejects with HttpError: 413 for a form above 16 kB, which is not parsed. */
export async function readForm(request: Request, limits: Limits, shared: BodyLimits): Promise<URLSearchParams> {
  if (limits.bodyBytes <= mostBytes) return new URLSearchParams(await readBody(request, limits, shared));
  try {
    return new URLSearchParams(await readBody(request, { ...limits, bodyBytes: mostBytes }, shared));
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 413) throw error;
    const problem = `The form is larger than ${mostBytes} bytes. Send only the fields of its page.`;
    throw new HttpError(413, problem, error.headers);
  }
}
