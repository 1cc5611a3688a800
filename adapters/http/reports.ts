import { Hono } from "hono";
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
import type { AppDeps } from "./app-deps.ts";
import { readIdempotencyKey } from "./idempotency-key.ts";
import { readBody } from "./read-body.ts";
import { queryOf } from "./request-path.ts";

type ReportParser = (url: ReportUrl, query?: ReportQuery, body?: JsonValue) => RunlessEvent;

/** Dagster's report endpoints: `200 {}` once the event is durable. */
export function reportRoutes({ log, config }: AppDeps): Hono {
  const record = async (request: Request, parse: ReportParser): Promise<Response> => {
    const body = hasJsonBody(request.headers.get("content-type"))
      ? parseReportBody(await readBody(request, config.limits.bodyBytes))
      : undefined;
    const event = parse(request.url, request.url.includes("?") ? queryOf(request.url) : [], body);
    const idempotencyKey = readIdempotencyKey(request.headers);
    await appendEvent(log, { event, idempotencyKey });
    return new Response("{}", { headers: { "content-type": "application/json" } });
  };

  return new Hono()
    .post("/report_asset_materialization", (c) => record(c.req.raw, parseReportRequest))
    .post("/report_asset_observation", (c) => record(c.req.raw, parseReportObservationRequest))
    .post("/report_asset_check", (c) => record(c.req.raw, parseReportCheckRequest));
}
