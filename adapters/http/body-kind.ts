import { HttpError } from "./http-error.ts";

/** How the events of a body are written. Throws HttpError. */
export function bodyKind(headers: Headers): "json" | "lines" {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  const name = type.trim().toLowerCase();
  if (name === "application/json") return "json";
  if (name !== "application/x-ndjson") {
    const came = name === "" ? "no Content-Type" : JSON.stringify(name);
    throw new HttpError(
      415,
      `Send an event or an array of events as application/json, or lines as application/x-ndjson. Got ${came}.`,
    );
  }
  if (!headers.has("idempotency-key")) return "lines";
  throw new HttpError(400, "Idempotency-Key is for one event; give each line its own idempotency_key.");
}
