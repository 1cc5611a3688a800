import type { Hono } from "hono";
import {
  hasJsonBody,
  InvalidEventError,
  parseJson,
  parseReportBody,
  parseReportCheckRequest,
  parseReportObservationRequest,
  parseReportRequest,
  type ReportQuery,
  type ReportUrl,
  type RunlessEvent,
} from "../../core/index.ts";
import { largeText } from "../../core/json-text.ts";
import type { JsonValue } from "../../core/json-value.ts";
import { scanReport } from "../../core/scanned-input.ts";
import { appendEvent } from "../../storage/index.ts";
import type { Caller } from "../tokens/caller.ts";
import type { AppDeps, AppEnv } from "./app-deps.ts";
import { hasBody } from "./body-kind.ts";
import { assertReached } from "./callers-log.ts";
import { createEntrance } from "./entrance.ts";
import { errorResponse } from "./error-response.ts";
import { checkEvents, partLimits } from "./event-limits.ts";
import { readIdempotencyKey } from "./idempotency-key.ts";
import type { Incoming } from "./incoming.ts";
import { readBody, readBodyBySize } from "./read-body.ts";
import { queryOf } from "./request-path.ts";
import type { Room } from "./room.ts";
import { routes } from "./routes.ts";
import { answerHeaders } from "./security-headers.ts";

/** Dagster's report endpoints: `200 {}` once the event is durable. */
export interface Reports {
  readonly routes: Hono<AppEnv>;
  /** Answers a POST to one of them without a router. Undefined where the path is none of theirs. */
  answer(path: string, request: Incoming, env: Bindings): Promise<Response> | undefined;
  /** As `answer`. Undefined also for whom it would not let in at once: nothing was read of their request. */
  answerAtOnce(path: string, request: Incoming, env: Bindings): Promise<Response> | undefined;
}

type ReportParser = (url: ReportUrl, query?: ReportQuery, body?: JsonValue) => RunlessEvent;

type Bindings = AppEnv["Bindings"] | undefined;

/** What is said once an event is durable. */
export const recorded = { text: "{}", headers: { "content-type": "application/json", ...answerHeaders } } as const;
// Made once: Bun would read and check an object for every answer.
const recordedInit = { headers: new Headers(recorded.headers) };

export function createReports(deps: AppDeps, room: Room): Reports {
  const { log, config, forwarder } = deps;
  const { limits } = config;
  const { enter, recheck } = createEntrance(deps);
  const parts = partLimits(limits, (problem) => new InvalidEventError("partitions", problem));
  const parseBody = (json: string) => (json.length > largeText ? scanReport(json, parts) : parseJson(json));

  async function record(request: Incoming, env: Bindings, parse: ReportParser, known?: Caller) {
    try {
      const who = known ?? enter(request, env, "report");
      const caller = who instanceof Promise ? await who : who;
      const append = async (text: string | undefined) => {
        const body = text === undefined ? undefined : parseReportBody(text, parseBody);
        const event = parse(request.url, request.url.includes("?") ? queryOf(request.url) : [], body);
        checkEvents([{ event }], limits);
        assertReached(caller, event.assetKey);
        const idempotencyKey = readIdempotencyKey(request.headers);
        await appendEvent(log, { event, idempotencyKey });
        return env?.recorded ?? new Response(recorded.text, recordedInit);
      };
      hasJsonBody(request.headers.get("content-type"));
      if (!hasBody(request, env)) return await append(undefined);
      if (forwarder === undefined) return await append(await readBody(request, limits, room));
      const large = (body: ArrayBuffer, onAppend: () => void) =>
        forwarder.answer(request, { caller, recheck: () => recheck(request, "report"), body, onAppend });
      return await readBodyBySize(request, limits, room, { small: append, large });
    } catch (error) {
      return errorResponse(error, request);
    }
  }

  const parsers = new Map<string, ReportParser>();
  const endpoints = routes(deps);
  const endpoint = (path: string, parse: ReportParser) => {
    parsers.set(path, parse);
    endpoints.post(path, "report", (c) => record(c.req.raw, c.env, parse, c.get("caller")));
  };
  endpoint("/report_asset_materialization", parseReportRequest);
  endpoint("/report_asset_observation", parseReportObservationRequest);
  endpoint("/report_asset_check", parseReportCheckRequest);

  return {
    routes: endpoints.app,
    answer(path, request, env) {
      const parse = parsers.get(path);
      return parse && record(request, env, parse);
    },
    answerAtOnce(path, request, env) {
      const parse = parsers.get(path);
      const caller = parse && enter(request, env, "report");
      if (!(caller instanceof Promise)) return parse && record(request, env, parse, caller);
      caller.catch(() => {}); // said by `answer`
      return undefined;
    },
  };
}
