import type { Hono } from "hono";
import { scanReport } from "../../../core/events/scanned-input.ts";
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
} from "../../../core/index.ts";
import { largeText } from "../../../core/json/json-text.ts";
import type { JsonValue } from "../../../core/json/json-value.ts";
import { ignoredFields, type ReportEndpoint } from "../../../core/reports/ignored-fields.ts";
import { appendEvent } from "../../../storage/index.ts";
import { createAuthorizer } from "../access/authorizer.ts";
import type { Caller } from "../access/caller.ts";
import { assertReached } from "../access/scoped-event-log.ts";
import { type AppDeps, type AppEnv, authorized } from "../app-deps.ts";
import { hasBody } from "../body/body-kind.ts";
import { isSmall, readBody, readBodyBySize, readSmallBody } from "../body/read-body.ts";
import { errorResponse } from "../error-response.ts";
import type { RequestParts } from "../request-parts.ts";
import { queryOf } from "../request-path.ts";
import { routes } from "../routes.ts";
import { answerHeaders } from "../security-headers.ts";
import type { SharedLimits } from "../shared-limits.ts";
import { checkEvents, partLimits } from "./event-limits.ts";
import { readIdempotencyKey } from "./idempotency-key.ts";
import { ignoredHeader, logIgnored, namesIn } from "./ignored-header.ts";

/** Dagster's report endpoints: `200 {}` once the event is durable. */
export interface Reports {
  readonly routes: Hono<AppEnv>;
  /** Answers a POST to one of them without a router. Undefined where the path is none of theirs. */
  answer(path: string, request: RequestParts, env: Bindings): Promise<Response> | undefined;
  /** As `answer`. Undefined also for whom it would not let in at once: nothing was read of their request. */
  answerAtOnce(path: string, request: RequestParts, env: Bindings): Promise<Response> | undefined;
}

interface Endpoint {
  readonly name: ReportEndpoint;
  readonly parse: (url: ReportUrl, query?: ReportQuery, body?: JsonValue) => RunlessEvent;
}

type Bindings = AppEnv["Bindings"] | undefined;

/** What is said once an event is durable. */
export const recorded = { text: "{}", headers: { "content-type": "application/json", ...answerHeaders } } as const;
// Made once: Bun would read and check an object for every answer.
const recordedInit = { headers: new Headers(recorded.headers) };

export function createReports(deps: AppDeps, shared: SharedLimits): Reports {
  const { log, config, forwarder } = deps;
  const { limits } = config;
  const { authorize, recheck } = createAuthorizer(deps);
  const parts = partLimits(limits, (problem) => new InvalidEventError("partitions", problem));
  const parseBody = (json: string) => (json.length > largeText ? scanReport(json, parts) : parseJson(json));

  // As few promises and functions as can be: every report comes through here.
  async function append(request: RequestParts, env: Bindings, endpoint: Endpoint, caller: Caller, text?: string) {
    const body = text === undefined ? undefined : parseReportBody(text, parseBody);
    const query = request.url.includes("?") ? queryOf(request.url) : [];
    const event = endpoint.parse(request.url, query, body);
    checkEvents([{ event }], limits);
    assertReached(caller, event.assetKey);
    await appendEvent(log, { event, idempotencyKey: readIdempotencyKey(request.headers) });
    const ignored = ignoredFields(endpoint.name, query, body);
    if (ignored.length === 0) return env?.recorded ?? new Response(recorded.text, recordedInit);
    if (env?.[authorized] === undefined) logIgnored(endpoint.name, ignored); // else the thread that asked this one does
    return recordedWithout(ignored);
  }

  async function record(request: RequestParts, env: Bindings, endpoint: Endpoint, known?: Caller) {
    try {
      const who = known ?? authorize(request, env, "report");
      const caller = who instanceof Promise ? await who : who;
      hasJsonBody(request.headers.get("content-type"));
      if (isSmall(request, limits)) {
        return await append(request, env, endpoint, caller, await readSmallBody(request, shared));
      }
      if (!hasBody(request, env)) return await append(request, env, endpoint, caller);
      if (forwarder === undefined) {
        return await append(request, env, endpoint, caller, await readBody(request, limits, shared));
      }
      return await readBodyBySize(request, limits, shared, {
        small: (text) => append(request, env, endpoint, caller, text),
        large: async (body, onAppend) => {
          const call = { caller, recheck: () => recheck(request, "report"), body, onAppend };
          const answer = await forwarder.answer(request, call);
          logIgnored(endpoint.name, namesIn(answer.headers.get("runless-ignored")));
          return answer;
        },
      });
    } catch (error) {
      return errorResponse(error, request);
    }
  }

  const byPath = new Map<string, Endpoint>();
  const endpoints = routes(deps);
  const add = (name: ReportEndpoint, parse: Endpoint["parse"]) => {
    const endpoint = { name, parse };
    byPath.set(`/${name}`, endpoint);
    endpoints.post(`/${name}`, "report", (c) => record(c.req.raw, c.env, endpoint, c.get("caller")));
  };
  add("report_asset_materialization", parseReportRequest);
  add("report_asset_observation", parseReportObservationRequest);
  add("report_asset_check", parseReportCheckRequest);

  return {
    routes: endpoints.app,
    answer(path, request, env) {
      const endpoint = byPath.get(path);
      return endpoint && record(request, env, endpoint);
    },
    answerAtOnce(path, request, env) {
      const endpoint = byPath.get(path);
      const caller = endpoint && authorize(request, env, "report");
      if (!(caller instanceof Promise)) return endpoint && record(request, env, endpoint, caller);
      caller.catch(() => {}); // said by `answer`
      return undefined;
    },
  };
}

/** The answer to a report that is recorded without some of what it said. */
function recordedWithout(names: readonly string[]): Response {
  return new Response(recorded.text, { headers: { ...recorded.headers, "runless-ignored": ignoredHeader(names) } });
}
