// The values of all examples in the document. They describe one story, so that they fit together.

/** Examples of parameters, by name. */
export const parameterExamples: Readonly<Record<string, unknown>> = {
  asset_key: "s3/orders",
  prefix: "s3",
  search: "order",
  type: "ASSET_MATERIALIZATION",
  partition: "2026-11-23",
  check_name: "no_nulls",
  passed: true,
  severity: "WARN",
  metadata: { rows: 5 },
  data_version: "v1",
  description: "The nightly load.",
  since: "2026-11-23T00:00:00Z",
  until: "2026-11-24T00:00:00+01:00",
  quiet_since: "2026-11-23T00:00:00Z",
  after: 41,
  before: 44,
  order: "asc",
  source: "team-a",
  state: "FAIL",
  status: "firing",
  kind: "check",
  limit: 100,
  cursor: "42-1k2x3c",
  id: 42,
  destination: "data-chat",
  firing: "true",
  new_ids: "false",
  "Idempotency-Key": "orders-2026-11-23",
  "Last-Event-ID": 41,
};

export const materializationExample = {
  id: 42,
  type: "ASSET_MATERIALIZATION",
  asset_key: ["s3", "orders"],
  partition: "2026-11-23",
  timestamp: "2026-11-23T03:00:00.000Z",
  received_at: "2026-11-23T03:00:00.120Z",
  description: null,
  data_version: "v1",
  tags: { "dagster/data_version": "v1", "dagster/data_version_is_user_provided": "true" },
  metadata: { rows: { type: "int", raw_value: 5 } },
};

export const checkExample = {
  id: 43,
  type: "ASSET_CHECK_EVALUATION",
  asset_key: ["s3", "orders"],
  partition: "2026-11-23",
  timestamp: "2026-11-23T03:00:01.000Z",
  received_at: "2026-11-23T03:00:01.004Z",
  check_name: "no_nulls",
  passed: true,
  severity: "ERROR",
  description: null,
  data_version: null,
  tags: {},
  metadata: {},
};

export const wipeExample = {
  id: 44,
  type: "ASSET_WIPED",
  asset_key: ["s3", "orders"],
  partition: null,
  timestamp: "2026-11-23T04:00:00.000Z",
  received_at: "2026-11-23T04:00:00.000Z",
  description: null,
  data_version: null,
  tags: {},
  metadata: {},
};

export const freshnessChangeExample = {
  id: 45,
  type: "FRESHNESS_STATE_CHANGE",
  asset_key: ["s3", "orders"],
  partition: null,
  timestamp: "2026-11-24T06:00:00.000Z",
  received_at: "2026-11-24T06:00:00.012Z",
  freshness: {
    state: "FAIL",
    previous_state: "PASS",
    reason: "deadline",
    deadline: "2026-11-24T06:00:00.000Z",
    last_at: "2026-11-23T03:00:00.000Z",
  },
  description: null,
  data_version: null,
  tags: {},
  metadata: {},
};

export const definitionExample = {
  key: ["s3", "orders"],
  description: "One row an order.",
  owners: ["team:finance"],
  group: "finance",
  tags: { tier: "gold" },
  kinds: ["postgres"],
  deps: [["raw", "orders"]],
  checks: ["no_nulls"],
  partitions: { type: "daily", start: "2026-01-01", timezone: "UTC" },
  freshness: { type: "cron", deadline_cron: "0 6 * * 1-5", lower_bound_delta: "6h", timezone: "UTC" },
  source: "team-a",
  revision: 1,
  changed_at: "2026-11-23T02:00:00.000Z",
  defined_at: "2026-11-23T02:00:00.000Z",
};

const freshnessExample = {
  state: "FAIL",
  since: "2026-11-24T06:00:00.000Z",
  policy: definitionExample.freshness,
  deadline: "2026-11-24T06:00:00.000Z",
  last_at: "2026-11-23T03:00:00.000Z",
  next_change_at: "2026-11-25T00:00:00.000Z",
  partitions: { PASS: 2, FAIL: 1 },
};

export const subjectExample = {
  asset_key: ["s3", "orders"],
  partition: "2026-11-23",
  state: "FAIL",
  since: "2026-11-24T06:00:00.000Z",
  deadline: "2026-11-24T06:00:00.000Z",
  last_at: null,
  next_change_at: null,
  defined_at: "2026-11-23T02:00:00.000Z",
};

export const alertExample = {
  id: 7,
  kind: "freshness",
  status: "firing",
  severity: "ERROR",
  asset_key: ["s3", "orders"],
  partition: "2026-11-23",
  check_name: null,
  since: "2026-11-24T06:00:00.000Z",
  resolved_at: null,
  event_id: 45,
  reason: "deadline",
  muted_until: null,
  owners: ["team:finance"],
  group: "finance",
  tags: { tier: "gold" },
};

export const muteExample = { asset_key: ["s3", "orders"], until: "2026-11-24T12:00:00.000Z", by: "anna" };

export const assetExample = {
  asset_key: ["s3", "orders"],
  latest_materialization: materializationExample,
  latest_observation: null,
  data_version: "v1",
  checks: [checkExample],
  has_more_checks: false,
  counts: { materializations: 1, observations: 0, check_evaluations: 1, partitions: 1 },
  definition: definitionExample,
  freshness: freshnessExample,
};
