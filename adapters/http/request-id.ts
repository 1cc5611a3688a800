import type { RequestParts } from "./request-parts.ts";

const sane = /^[\w.:/+=@-]{1,128}$/;
const made = new WeakMap<RequestParts, string>();

/** What a request is called in the log: what its X-Request-Id says, where that is a plain word, or a new UUID. */
export function requestId(request: RequestParts): string {
  const given = request.headers.get("x-request-id");
  if (given !== null && sane.test(given)) return given;
  const id = made.get(request) ?? crypto.randomUUID();
  made.set(request, id);
  return id;
}
