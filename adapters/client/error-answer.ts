import * as v from "valibot";
import { RunlessClientError, type RunlessClientErrorCode } from "./client-error.ts";
import { parseRetryAfter } from "./retry.ts";

const codes: Readonly<Record<number, RunlessClientErrorCode>> = {
  400: "bad_request",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  408: "unavailable",
  409: "conflict",
  413: "too_large",
  422: "conflict",
  429: "unavailable",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

const errorBody = v.object({
  error: v.string(),
  errors: v.optional(
    v.pipe(
      v.array(v.object({ index: v.number(), error: v.string() })),
      v.transform((errors) => errors.map(({ index, error }) => ({ index, message: error }))),
    ),
  ),
});

/** The error of an answer other than 200. */
export function errorOfAnswer(
  what: string,
  { status, headers }: { readonly status: number; readonly headers: Pick<Headers, "get"> },
  text: string,
): RunlessClientError {
  const retryAfter = parseRetryAfter(headers.get("retry-after"), Date.now());
  const body = v.safeParse(errorBody, parse(text));
  if (body.success) {
    const { error, errors } = body.output;
    const details = { status, isRunless: true, failures: errors, retryAfter };
    return new RunlessClientError(codes[status] ?? "status", error, details);
  }
  // A 404 that runless did not send is not about an asset: there is no runless at the url.
  const code = status === 404 ? "bad_answer" : (codes[status] ?? "status");
  const message = `${what} was answered with ${status}, and not by runless: ${JSON.stringify(text.slice(0, 200))}.`;
  return new RunlessClientError(code, message, { status, retryAfter });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
