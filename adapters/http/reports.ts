import type { Context, Hono } from "hono";
import {
  hasJsonBody,
  parseReportBody,
  parseReportCheckRequest,
  parseReportObservationRequest,
  parseReportRequest,
  type ReportQuery,
  type ReportUrl,
  type RunlessEvent,
} from "../../core/index.ts";
import type { JsonValue } from "../../core/json-value.ts";
import { appendEvent } from "../../storage/index.ts";
import type { AppDeps, AppEnv } from "./app-deps.ts";
import { checkEvents } from "./event-limits.ts";
import { readIdempotencyKey } from "./idempotency-key.ts";
import { readBody } from "./read-body.ts";
import { queryOf } from "./request-path.ts";
import type { Room } from "./room.ts";
import { routes } from "./routes.ts";
import { answerHeaders } from "./security-headers.ts";

type ReportParser = (url: ReportUrl, query?: ReportQuery, body?: JsonValue) => RunlessEvent;

// Made once: an object would be read and checked for every answer.
const headers = new Headers({ "content-type": "application/json", ...answerHeaders });

/** Dagster's report endpoints: `200 {}` once the event is durable. */
export function reportRoutes(deps: AppDeps, room: Room): Hono<AppEnv> {
  const { config } = deps;
  const record = async (c: Context<AppEnv>, parse: ReportParser): Promise<Response> => {
    const request = c.req.raw;
    const body = hasJsonBody(request.headers.get("content-type"))
      ? parseReportBody(await readBody(request, config.limits, room.bodies))
      : undefined;
    const event = parse(request.url, request.url.includes("?") ? queryOf(request.url) : [], body);
    checkEvents([{ event }], config.limits);
    const idempotencyKey = readIdempotencyKey(request.headers);
    await appendEvent(c.get("log"), { event, idempotencyKey });
    return new Response("{}", { headers });
  };

  return routes(deps)
    .post("/report_asset_materialization", "report", (c) => record(c, parseReportRequest))
    .post("/report_asset_observation", "report", (c) => record(c, parseReportObservationRequest))
    .post("/report_asset_check", "report", (c) => record(c, parseReportCheckRequest)).app;
}
