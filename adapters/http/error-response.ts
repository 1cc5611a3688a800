import { InvalidEventError, ReportRequestError } from "../../core/index.ts";
import { EventLogError, type EventLogErrorCode, QueueFullError } from "../../storage/index.ts";
import { limitFlag } from "../config/limits.ts";
import { isLogging, logger } from "../config/logger.ts";
import { HttpError } from "./http-error.ts";
import { type RequestParts, rawPath, requestId } from "./request.ts";
import { respond } from "./responses.ts";

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

/** Whether the same request may succeed a little later. */
export function isTemporary(error: unknown): boolean {
  return error instanceof EventLogError && statuses[error.code] === 503;
}

/** Turns every failure into its answer: a status, `{"error": "…"}`, and the id of the request in the log. */
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

/** The event log knows its limits, but not the flags that set them. */
function messageOf(error: EventLogError): string {
  if (!(error instanceof QueueFullError)) return error.message;
  const flag = limitFlag(error.limit === "events" ? "queueEvents" : "queueBytes");
  return `${error.message} --${flag} sets that limit.`;
}

/** Logs why an answer broke off after it had begun. */
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

const mostPerSecond = 20;
const longestPath = 200;

let second = 0;
let refusals = 0;

/**
 * Logs why a request was refused, and gives the answer the id of that log line. It logs the first refusals of each
 * second and counts the rest, so that overload does not flood the log.
 */
export function logRefusal(request: RequestParts, answer: Response, error: unknown): void {
  const id = requestId(request);
  answer.headers.set("x-request-id", id);
  const { status } = answer;
  const isMistake = status >= 500 && status !== 501 && status !== 503;
  if (isMistake && !isLogging()) console.error(error);
  if (!isWithinRate()) return;
  const reason = error instanceof Error ? error.message : String(error);
  const path = rawPath(request.url).slice(0, longestPath);
  const facts = { method: request.method, path, status, reason, request_id: id };
  if (isMistake) logger.error("request failed", { ...facts, error });
  else if (status === 503) logger.warn("request refused", facts);
  // Such a request was answered, and not refused.
  else if (status === 404 || status === 405) logger.debug("nothing there", facts);
  else logger.info("request refused", facts);
}

function isWithinRate(): boolean {
  const now = Math.floor(performance.now() / 1000);
  if (now !== second) {
    if (refusals > mostPerSecond) logger.warn("more requests were refused", { count: refusals - mostPerSecond });
    second = now;
    refusals = 0;
  }
  return ++refusals <= mostPerSecond;
}
