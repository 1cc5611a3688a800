import { answerHeaders } from "./security-headers.ts";

/** JSON that is written already: event texts keep digits that an object would lose. */
export function jsonResponse(text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { "content-type": "application/json", ...answerHeaders, ...headers } });
}

/** As `jsonResponse`, for what is still to be written. */
export function respond(value: unknown, status?: number, headers?: Readonly<Record<string, string>>): Response {
  return jsonResponse(JSON.stringify(value), status, headers);
}
