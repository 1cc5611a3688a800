import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request-parts.ts";
import { drainTimeout, openBody } from "./body-reader.ts";

/**
 * Rejects with the error once the request's body is out of the way: the runtimes would take a body that nobody read for
 * the next request of its connection, or end the connection. One that goes on for too long does end it, and one that was
 * not sent yet: its sender waits to be told to.
 */
export async function refuse(request: RequestParts, error: HttpError): Promise<never> {
  const { status, message, headers, details } = error;
  const last = () => new HttpError(status, message, { ...headers, connection: "close" }, details);
  if (request.isAwaited?.()) throw last();
  const body = openBody(request.body);
  await body.drain(drainTimeout);
  throw body.state() === "open" ? last() : error;
}
