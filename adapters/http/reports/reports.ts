import type { Hono } from "hono";
import { largeText } from "../../../core/events/json-text.ts";
import { scanReport } from "../../../core/events/scanned-input.ts";
import {
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
import type { JsonValue } from "../../../core/json/json-value.ts";
import { ignoredFields } from "../../../core/reports/ignored-fields.ts";
import type { ReportEndpoint } from "../../../core/reports/report.ts";
import { assertJsonBody } from "../../../core/reports/report-body.ts";
import { appendEvent, type EventLog } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { Authorizer } from "../access/authorizer.ts";
import { type Caller, reportedBy } from "../access/caller.ts";
import { assertReached } from "../access/scoped-event-log.ts";
import { type AppEnv, authorized } from "../app-deps.ts";
import { hasBody, isSmall, readBody, readBodyBySize, readSmallBody } from "../body/read-body.ts";
import { errorResponse } from "../error-response.ts";
import type { Forwarder } from "../forwarder.ts";
import { queryOf, type RequestParts } from "../request.ts";
import { answerHeaders } from "../responses.ts";
import { type RouteDeps, routes } from "../routes.ts";
import type { SharedLimits } from "../shared-limits.ts";
import { checkEvents, partLimits } from "./event-limits.ts";
import { ignoredHeader, logIgnored, namesIn, readIdempotencyKey } from "./report-headers.ts";

interface Endpoint {
  readonly name: ReportEndpoint;
  readonly parse: (url: ReportUrl, query?: ReportQuery, body?: JsonValue) => RunlessEvent;
}

type Bindings = AppEnv["Bindings"] | undefined;

/** The answer to a report once its event is durable. */
export const recorded = { text: "{}", headers: { "content-type": "application/json", ...answerHeaders } } as const;
// Made once: Bun would read and check an object for every answer.
const recordedInit = { headers: new Headers(recorded.headers) };

/** Dagster's report endpoints: `200 {}` once the event is durable. */
export class Reports {
  readonly routes: Hono<AppEnv>;
  readonly #log: EventLog;
  readonly #limits: Limits;
  readonly #forwarder: Forwarder | undefined;
  readonly #authorizer: Authorizer;
  readonly #shared: SharedLimits;
  readonly #parseBody: (json: string) => JsonValue;
  readonly #byPath = new Map<string, Endpoint>();

  constructor(deps: RouteDeps, shared: SharedLimits) {
    const { limits } = deps.config;
    this.#log = deps.log;
    this.#limits = limits;
    this.#forwarder = deps.forwarder;
    this.#authorizer = deps.authorizer;
    this.#shared = shared;
    const parts = partLimits(limits, (problem) => new InvalidEventError("partitions", problem));
    this.#parseBody = (json) => (json.length > largeText ? scanReport(json, parts) : parseJson(json));

    const endpoints = routes(deps);
    const add = (name: ReportEndpoint, parse: Endpoint["parse"]) => {
      const endpoint = { name, parse };
      this.#byPath.set(`/${name}`, endpoint);
      endpoints.post(`/${name}`, "report", (c) => this.#record(c.req.raw, c.env, endpoint, c.get("caller")));
    };
    add("report_asset_materialization", parseReportRequest);
    add("report_asset_observation", parseReportObservationRequest);
    add("report_asset_check", parseReportCheckRequest);
    this.routes = endpoints.app;
  }

  /** Answers a POST to one of the endpoints without the router. Undefined for any other path. */
  answer(path: string, request: RequestParts, env: Bindings): Promise<Response> | undefined {
    const endpoint = this.#byPath.get(path);
    return endpoint && this.#record(request, env, endpoint);
  }

  /** As `answer`. Undefined also if the request can't be authorized at once; nothing of it was read then. */
  answerAtOnce(path: string, request: RequestParts, env: Bindings): Promise<Response> | undefined {
    const endpoint = this.#byPath.get(path);
    const caller = endpoint && this.#authorizer.authorize(request, env, "report");
    if (!(caller instanceof Promise)) return endpoint && this.#record(request, env, endpoint, caller);
    caller.catch(() => {}); // `answer` rejects likewise
    return undefined;
  }

  // Every report comes through the next two, so they make as few promises and functions as they can.
  async #record(request: RequestParts, env: Bindings, endpoint: Endpoint, known?: Caller): Promise<Response> {
    try {
      const who = known ?? this.#authorizer.authorize(request, env, "report");
      const caller = who instanceof Promise ? await who : who;
      assertJsonBody(request.headers.get("content-type"));
      if (isSmall(request, this.#limits)) {
        return await this.#append(request, env, endpoint, caller, await readSmallBody(request, this.#shared));
      }
      if (!hasBody(request, env)) return await this.#append(request, env, endpoint, caller);
      const forwarder = this.#forwarder;
      if (forwarder === undefined) {
        return await this.#append(request, env, endpoint, caller, await readBody(request, this.#limits, this.#shared));
      }
      return await readBodyBySize(request, this.#limits, this.#shared, {
        small: (text) => this.#append(request, env, endpoint, caller, text),
        large: async (body, onAppend) => {
          const recheck = () => this.#authorizer.recheck(request, "report");
          const answer = await forwarder.answer(request, { caller, recheck, body, onAppend });
          logIgnored(endpoint.name, namesIn(answer.headers.get("runless-ignored")));
          return answer;
        },
      });
    } catch (error) {
      return errorResponse(error, request);
    }
  }

  async #append(
    request: RequestParts,
    env: Bindings,
    endpoint: Endpoint,
    caller: Caller,
    text?: string,
  ): Promise<Response> {
    const body = text === undefined ? undefined : parseReportBody(text, this.#parseBody);
    const query = request.url.includes("?") ? queryOf(request.url) : [];
    const event = endpoint.parse(request.url, query, body);
    checkEvents([{ event }], this.#limits);
    assertReached(caller, event.assetKey);
    const idempotencyKey = readIdempotencyKey(request.headers);
    await appendEvent(this.#log, { event, idempotencyKey }, reportedBy(caller));
    const ignored = ignoredFields(endpoint.name, query, body);
    if (ignored.length === 0) return env?.recorded ?? new Response(recorded.text, recordedInit);
    if (env?.[authorized] === undefined) logIgnored(endpoint.name, ignored); // else the main thread logs them
    return recordedWithout(ignored);
  }
}

/** The answer to a report some of whose fields were ignored. */
function recordedWithout(names: readonly string[]): Response {
  return new Response(recorded.text, { headers: { ...recorded.headers, "runless-ignored": ignoredHeader(names) } });
}
