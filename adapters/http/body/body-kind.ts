import type { AppEnv } from "../app-deps.ts";
import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request-parts.ts";

/**
 * Whether a request has a body, told without reading it. HTTP/1.1 says so in its headers; a Request that a program made,
 * or that came by HTTP/2, may have a body and neither header. Node has a stream even where there is none, and its making
 * costs as much as a report.
 */
export function hasBody(request: RequestParts, env: AppEnv["Bindings"] | undefined): boolean {
  const length = request.headers.get("content-length");
  if (length !== null) return Number(length) !== 0;
  if (request.headers.get("transfer-encoding") !== null) return true;
  return env?.incoming === undefined && request.body !== null;
}

/** How the events of a body are written: as JSON, unless it says something else. Throws HttpError. */
export function bodyKind(headers: Headers): "json" | "lines" {
  const given = headers.get("content-type");
  if (given === null) return "json";
  const [type = ""] = given.split(";");
  const name = type.trim().toLowerCase();
  if (name === "application/json") return "json";
  if (name !== "application/x-ndjson") {
    throw new HttpError(
      415,
      `Send an event or an array of events as application/json, or lines as application/x-ndjson. Got ${JSON.stringify(name)}.`,
    );
  }
  if (!headers.has("idempotency-key")) return "lines";
  throw new HttpError(400, "Idempotency-Key is for one event; give each line its own idempotency_key.");
}
