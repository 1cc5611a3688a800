import { InvalidEventError, ReportRequestError } from "../../core/index.ts";
import { EventLogError, type EventLogErrorCode, QueueFullError } from "../../storage/index.ts";
import { limitFlag } from "../config/limits.ts";
import { isLogging, logger } from "../config/logger.ts";
import { HttpError } from "./http-error.ts";
import { respond } from "./json-response.ts";
import { logRefusal } from "./log-refusal.ts";
import type { RequestParts } from "./request-parts.ts";

const statuses: Readonly<Record<EventLogErrorCode, number>> = {
  unavailable: 503,
  overloaded: 503,
  unknown_outcome: 503,
  closed: 503,
  conflict: 422,
  rejected: 500,
  bad_cursor: 400,
  unusable_database: 503,
};

/** True where the same request may be answered better a little later. */
export function isTemporary(error: unknown): boolean {
  return error instanceof EventLogError && statuses[error.code] === 503;
}

/**
 * Turns every failure into its answer: `{"error": "…"}` with the status that tells the caller what kind it is, and the
 * id by which the log tells more.
 */
export function errorResponse(error: unknown, request: RequestParts): Response {
  const answer = answerOf(error);
  logRefusal(request, answer, error);
  return answer;
}

function answerOf(error: unknown): Response {
  if (error instanceof ReportRequestError) return jsonError(400, error.message);
  if (error instanceof InvalidEventError) return jsonError(400, error.message);
  if (error instanceof HttpError) return jsonError(error.status, error.message, error.headers, error.details);
  if (error instanceof EventLogError) {
    const status = statuses[error.code];
    return jsonError(status, messageOf(error), status === 503 ? { "retry-after": "1" } : {});
  }
  return jsonError(500, "runless failed to answer this request; its log has the reason.");
}

/** The log knows its limits, and not the flags that set them. */
function messageOf(error: EventLogError): string {
  if (!(error instanceof QueueFullError)) return error.message;
  const flag = limitFlag(error.limit === "events" ? "queueEvents" : "queueBytes");
  return `${error.message} --${flag} sets that limit.`;
}

/** Writes down why an answer broke off that had begun already. */
export function logBreak(error: unknown): void {
  if (error instanceof EventLogError || error instanceof HttpError) {
    logger.warn("an answer broke off", { reason: error.message });
  } else if (isLogging()) logger.error("an answer broke off", { error });
  else console.error(error);
}

function jsonError(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  details: Readonly<Record<string, unknown>> = {},
): Response {
  return respond({ error: message, ...details }, status, headers);
}
