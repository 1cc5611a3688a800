import { isLogging, logger } from "../config/logger.ts";
import { requestId } from "./request-id.ts";
import type { RequestParts } from "./request-parts.ts";
import { rawPath } from "./request-path.ts";

const mostPerSecond = 20;
const longestPath = 200;

let second = 0;
let refusals = 0;

/**
 * Writes down why a request was answered with an error, and gives the answer the id that it has in the log. Of a flood
 * it writes the first of each second, and how many more there were: a log must not be what overload ends in.
 */
export function logRefusal(request: RequestParts, answer: Response, error: unknown): void {
  const id = requestId(request);
  answer.headers.set("x-request-id", id);
  const { status } = answer;
  const isMistake = status >= 500 && status !== 503;
  if (isMistake && !isLogging()) console.error(error);
  if (!hasRoom()) return;
  const reason = error instanceof Error ? error.message : String(error);
  const path = rawPath(request.url).slice(0, longestPath);
  const facts = { method: request.method, path, status, reason, request_id: id };
  if (isMistake) logger.error("request failed", { ...facts, error });
  else if (status === 503) logger.warn("request refused", facts);
  // Whoever asks for what is not there has an answer, and was not refused.
  else if (status === 404 || status === 405) logger.debug("nothing there", facts);
  else logger.info("request refused", facts);
}

function hasRoom(): boolean {
  const now = Math.floor(performance.now() / 1000);
  if (now !== second) {
    if (refusals > mostPerSecond) logger.warn("more requests were refused", { count: refusals - mostPerSecond });
    second = now;
    refusals = 0;
  }
  return ++refusals <= mostPerSecond;
}
