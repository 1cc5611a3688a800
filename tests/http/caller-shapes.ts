import { expect } from "bun:test";
import { eventsOf } from "../read-events.ts";

/** A way in which real callers report, the same with every client. Each has an asset of its own. */
export interface CallerShape {
  readonly name: string;
  readonly calls: readonly Call[];
  readonly assetKey: readonly string[];
  /** What the log holds of the asset afterwards, oldest first. */
  readonly recorded: readonly Readonly<Record<string, unknown>>[];
}

export interface Call {
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
  readonly error?: RegExp;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Checks the answers to a shape's calls, and what they left in the log. */
export async function expectShape(url: string, { calls, assetKey, recorded }: CallerShape, answers: readonly Answer[]) {
  expect(answers.map(({ status }) => status)).toEqual(calls.map(({ status }) => status));
  for (const [i, { status, error }] of calls.entries()) {
    const body: unknown = JSON.parse(answers[i]?.body ?? "");
    expect(body).toEqual(status === 200 ? {} : { error: expect.stringMatching(error ?? /./) });
  }
  expect(await eventsOf(url, assetKey)).toMatchObject(recorded.map((fields) => ({ asset_key: assetKey, ...fields })));
}

const json = { "content-type": "application/json" };
const materialized = { type: "ASSET_MATERIALIZATION", partition: null };
const rows = (count: number) => ({ rows: { type: "int", raw_value: count } });
const repeated = {
  target: "/report_asset_materialization/shapes/repeated",
  headers: json,
  body: '{"metadata": {"rows": 5}}',
  status: 200,
};
const keyed = {
  ...repeated,
  target: "/report_asset_materialization/shapes/keyed",
  headers: { ...json, "Idempotency-Key": "2026-11-23" },
};

export const callerShapes: readonly CallerShape[] = [
  {
    name: "path key without body or content type",
    calls: [{ target: "/report_asset_materialization/shapes/bare", status: 200 }],
    assetKey: ["shapes", "bare"],
    recorded: [{ ...materialized, metadata: {}, data_version: null }],
  },
  {
    name: "trailing slash with the key in the body and an unknown field beside it",
    calls: [
      {
        target: "/report_asset_materialization/",
        headers: json,
        body: '{"asset_key": "shapes_body_key", "metadata": {"rows": 10, "model": "gemini"}, "run_id": "r-17"}',
        status: 200,
      },
    ],
    assetKey: ["shapes_body_key"],
    recorded: [{ ...materialized, metadata: { ...rows(10), model: { type: "text", raw_value: "gemini" } } }],
  },
  {
    name: "partition and metadata null",
    calls: [
      {
        target: "/prod/report_asset_materialization/",
        headers: { ...json, "Dagster-Cloud-Api-Token": "user:test:joe" },
        body: '{"asset_key": "shapes_nulls", "partition": null, "metadata": null}',
        status: 200,
      },
    ],
    assetKey: ["shapes_nulls"],
    recorded: [{ ...materialized, metadata: {} }],
  },
  {
    name: "key as array with slashes inside its parts",
    calls: [
      {
        target: "/report_asset_observation/",
        headers: json,
        body: '{"asset_key": ["shapes", "s3://bucket/path", "orders.parquet"], "data_version": "v1"}',
        status: 200,
      },
    ],
    assetKey: ["shapes", "s3://bucket/path", "orders.parquet"],
    recorded: [{ type: "ASSET_OBSERVATION", data_version: "v1" }],
  },
  {
    name: "check by query only",
    calls: [{ target: "/report_asset_check/shapes/checked?passed=false&check_name=no_nulls", status: 200 }],
    assetKey: ["shapes", "checked"],
    recorded: [{ type: "ASSET_CHECK_EVALUATION", check_name: "no_nulls", passed: false, severity: "ERROR" }],
  },
  {
    name: "path key and another key in the body",
    calls: [
      {
        target: "/report_asset_materialization/shapes/path_wins",
        headers: json,
        body: '{"asset_key": "shapes_body_loses", "partition": "2026-11-23"}',
        status: 200,
      },
    ],
    assetKey: ["shapes", "path_wins"],
    recorded: [{ ...materialized, partition: "2026-11-23" }],
  },
  {
    name: "the same report twice",
    calls: [repeated, repeated],
    assetKey: ["shapes", "repeated"],
    recorded: [
      { ...materialized, metadata: rows(5) },
      { ...materialized, metadata: rows(5) },
    ],
  },
  {
    name: "the same report twice with an Idempotency-Key, then another with that key",
    calls: [keyed, keyed, { ...keyed, body: '{"metadata": {"rows": 6}}', status: 422 }],
    assetKey: ["shapes", "keyed"],
    recorded: [{ ...materialized, metadata: rows(5) }],
  },
  {
    name: "the example of Dagster's documentation, with its trailing comma",
    calls: [
      {
        target: "/prod/report_asset_materialization/",
        headers: { ...json, "Dagster-Cloud-Api-Token": "user:test:joe" },
        body: '{\n        "asset_key": "shapes_docs",\n        "metadata": {\n            "rows": 10\n        },\n    }',
        status: 400,
        error: /comma.* line 5 column 10\b/,
      },
    ],
    assetKey: ["shapes_docs"],
    recorded: [],
  },
];
