import { ReportRequestError } from "../../core/index.ts";
import { EventLogError, type EventLogErrorCode } from "../../storage/index.ts";
import { HttpError } from "./http-error.ts";

const statuses: Readonly<Record<EventLogErrorCode, number>> = {
  unavailable: 503,
  unknown_outcome: 503,
  closed: 503,
  conflict: 422,
  rejected: 500,
  bad_cursor: 400,
  unusable_database: 500,
};

/** Turns every failure into its answer: `{"error": "…"}` with the status that tells the caller what kind it is. */
export function errorResponse(error: unknown): Response {
  if (error instanceof ReportRequestError) return jsonError(400, error.message);
  if (error instanceof HttpError) return jsonError(error.status, error.message, error.headers);
  if (error instanceof EventLogError) {
    const status = statuses[error.code];
    return jsonError(status, error.message, status === 503 ? { "retry-after": "1" } : {});
  }
  console.error(error);
  return jsonError(500, "runless failed to answer this request; its log has the reason.");
}

function jsonError(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json({ error: message }, { status, headers });
}
