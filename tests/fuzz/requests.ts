import fc from "fast-check";
import { reportCases } from "../conformance/report-requests.ts";
import { callerShapes } from "../http/caller-shapes.ts";

/** A request as somebody may send it. */
export interface Request {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
}

const json = [["content-type", "application/json"]] as const;
const lines = [["content-type", "application/x-ndjson"]] as const;
const event =
  '{"type":"ASSET_MATERIALIZATION","asset_key":["fuzz","native"],"metadata":{"rows":{"type":"int","raw_value":5}}}';
const check =
  '{"type":"ASSET_CHECK_EVALUATION","asset_key":"fuzz/native","check_name":"c","passed":false,"partition":"p"}';
const keyed = `${event.slice(0, -1)},"idempotency_key":"fuzz"}`;
const backfill = '{"type":"ASSET_OBSERVATION","asset_key":"fuzz/backfill","partitions":["a","b","c"]}';

function request(method: string, target: string, headers: Request["headers"] = [], body?: string): Request {
  return { method, target, headers, body };
}

const native: readonly Request[] = [
  request("POST", "/api/v1/events", json, event),
  request("POST", "/api/v1/events", json, keyed),
  request("POST", "/api/v1/events", json, backfill),
  request("POST", "/api/v1/events", json, `[${event},${check},${backfill}]`),
  request("POST", "/api/v1/events", json, `[${event},{}]`),
  request("POST", "/api/v1/events", lines, `${event}\n\n${check}\n${keyed}\n{}\n${backfill}`),
  request("POST", "/api/v1/events", lines, `${event}\n`.repeat(200)),
  request("GET", "/api/v1/events?asset_key=fuzz/native&limit=3&order=asc"),
  request("GET", "/api/v1/events?limit=5", [["accept", "application/x-ndjson"]]),
  request("GET", "/api/v1/events/1"),
  request("GET", "/api/v1/assets?limit=2"),
  request("GET", '/api/v1/assets/fuzz%2Fnative?asset_key=["fuzz"]'),
  request("GET", "/api/v1/partitions?asset_key=fuzz/backfill"),
  request("GET", "/api/v1/checks?asset_key=fuzz/native"),
  request("GET", "/ready"),
  request("OPTIONS", "/api/v1/events", [["origin", "https://evil.test"]]),
  request("DELETE", "/api/v1/assets?asset_key=fuzz/backfill&partition=a"),
  request("DELETE", "/api/v1/events/3"),
];

const compatible: readonly Request[] = [
  ...reportCases.map(({ method, target, headers, body }) => request(method, target, headers, body)),
  ...callerShapes.flatMap(({ calls }) =>
    calls.map(({ target, headers = {}, body }) => request("POST", target, Object.entries(headers), body)),
  ),
];

/** Real requests: those of the conformance cases and of real callers, and those of the native API. */
export const anyRequest = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...compatible) },
  { weight: 1, arbitrary: fc.constantFrom(...native) },
);
