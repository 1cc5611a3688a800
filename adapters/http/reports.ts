import type { Hono } from "hono";
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
import type { Caller } from "../tokens/caller.ts";
import type { AppDeps, AppEnv } from "./app-deps.ts";
import { assertReached } from "./callers-log.ts";
import { createEntrance } from "./entrance.ts";
import { errorResponse } from "./error-response.ts";
import { checkEvents } from "./event-limits.ts";
import { readIdempotencyKey } from "./idempotency-key.ts";
import { readBody } from "./read-body.ts";
import { queryOf } from "./request-path.ts";
import type { Room } from "./room.ts";
import { routes } from "./routes.ts";
import { answerHeaders } from "./security-headers.ts";

/** Dagster's report endpoints: `200 {}` once the event is durable. */
export interface Reports {
  readonly routes: Hono<AppEnv>;
  /** Answers a POST to one of them without a router. Undefined where the path is none of theirs. */
  answer(path: string, request: Request, env: Bindings): Promise<Response> | undefined;
}

type ReportParser = (url: ReportUrl, query?: ReportQuery, body?: JsonValue) => RunlessEvent;

type Bindings = AppEnv["Bindings"] | undefined;

const plainHeaders = { "content-type": "application/json", ...answerHeaders };
// Made once: Bun would read and check an object for every answer. On Node an object is written as it is, and Headers would
// be sorted and made into one for every answer.
const answers = { made: { headers: new Headers(plainHeaders) }, plain: { headers: plainHeaders } };

export function createReports(deps: AppDeps, room: Room): Reports {
  const { log, config } = deps;
  const { enter } = createEntrance(deps);

  async function record(request: Request, env: Bindings, who: Caller | Promise<Caller>, parse: ReportParser) {
    try {
      const caller = who instanceof Promise ? await who : who;
      const body = hasJsonBody(request.headers.get("content-type"))
        ? parseReportBody(await readBody(request, config.limits, room))
        : undefined;
      const event = parse(request.url, request.url.includes("?") ? queryOf(request.url) : [], body);
      checkEvents([{ event }], config.limits);
      assertReached(caller, event.assetKey);
      const idempotencyKey = readIdempotencyKey(request.headers);
      await appendEvent(log, { event, idempotencyKey });
      return new Response("{}", env?.incoming === undefined ? answers.made : answers.plain);
    } catch (error) {
      return errorResponse(error, request);
    }
  }

  const parsers = new Map<string, ReportParser>();
  const endpoints = routes(deps);
  const endpoint = (path: string, parse: ReportParser) => {
    parsers.set(path, parse);
    endpoints.post(path, "report", (c) => record(c.req.raw, c.env, c.get("caller"), parse));
  };
  endpoint("/report_asset_materialization", parseReportRequest);
  endpoint("/report_asset_observation", parseReportObservationRequest);
  endpoint("/report_asset_check", parseReportCheckRequest);

  return {
    routes: endpoints.app,
    answer(path, request, env) {
      const parse = parsers.get(path);
      return parse && record(request, env, enter(request, env, "report"), parse);
    },
  };
}
