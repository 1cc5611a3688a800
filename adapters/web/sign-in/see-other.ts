import { answerHeaders } from "../../http/responses.ts";

/** Sends a browser to another page, to get it (RFC 9110, 15.4.4). */
export function seeOther(path: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, {
    status: 303,
    headers: { location: path, "cache-control": "no-store", ...answerHeaders, ...headers },
  });
}
