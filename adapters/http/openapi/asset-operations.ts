import * as v from "valibot";
import { assetSchema, assetsSchema, wipeSchema } from "../assets/assets.ts";
import { checksSchema } from "../assets/checks.ts";
import { partitionsSchema } from "../assets/partitions.ts";
import { assetExample, checkExample, materializationExample, wipeExample } from "./examples.ts";
import { errors, keyInPath, type Operations, ok, okPageOrOne, schemaRef } from "./operation.ts";

const path = "/api/v1/assets";
const tags = ["Assets"];

const lastPage = { cursor: null, has_more: false };
const partitionExample = {
  partition: "2026-11-23",
  latest_materialization: materializationExample,
  materializations: 1,
};
const missingExample = {
  partition: "2026-11-24",
  start: "2026-11-24T00:00:00.000Z",
  end: "2026-11-25T00:00:00.000Z",
  due_at: "2026-11-25T06:00:00.000Z",
  state: "UNKNOWN",
};

export const assetOperations: Operations = (limits) => [
  {
    method: "GET",
    path,
    scope: "read",
    operationId: "listAssets",
    tags,
    summary: "List assets, or read one by its key",
    description: "`asset_key` alone asks for one asset, of any key; the other parameters are of the list.",
    query: v.strictObject({ ...v.partial(assetSchema).entries, ...assetsSchema(limits).entries }),
    responses: {
      ...okPageOrOne("A page, in the order of keys unless `order` says otherwise; or the asset.", {
        list: { schema: "AssetPage", example: { assets: [assetExample], ...lastPage } },
        one: { schema: "Asset", example: assetExample },
      }),
      ...errors(400, 404, 503),
    },
  },
  {
    method: "GET",
    path: `${path}/:asset_key`,
    scope: "read",
    operationId: "getAsset",
    tags,
    summary: "Read one asset",
    parameters: [keyInPath],
    responses: { ...ok("The asset.", "Asset", assetExample), ...errors(400, 404, 503) },
  },
  {
    method: "DELETE",
    path,
    scope: "admin",
    operationId: "wipeAsset",
    tags,
    summary: "Wipe an asset, or one partition of it",
    query: wipeSchema,
    responses: { ...ok("The trace that it leaves.", "Wiped", { wiped: wipeExample }), ...errors(400, 404, 503) },
  },
  {
    method: "GET",
    path: "/api/v1/partitions",
    scope: "read",
    operationId: "listPartitions",
    tags,
    summary: "List the partitions of an asset, or those that are missing",
    description: "`since` and `until` are of the windows of missing partitions.",
    query: partitionsSchema(limits),
    responses: {
      200: {
        description: "A page; with `expected` also what is missing, on the first page, and unexpected on this one.",
        content: {
          "application/json": {
            schema: { anyOf: [schemaRef("PartitionPage"), schemaRef("MissingPage")] },
            examples: {
              list: { value: { partitions: [partitionExample], ...lastPage } },
              expected: {
                value: {
                  ...{ partitions: [{ ...partitionExample, state: "PASS" }], ...lastPage },
                  ...{ missing: [missingExample], has_more_missing: false, unexpected: [] },
                },
              },
              missing: { value: { missing: [missingExample], ...lastPage } },
            },
          },
        },
      },
      ...errors(400, 404, 503),
    },
  },
  {
    method: "GET",
    path: "/api/v1/checks",
    scope: "read",
    operationId: "listChecks",
    tags,
    summary: "List the checks of an asset, or those that fail",
    description: "`asset_key` or `failing=true` must be given; `prefix` is for the failing checks of all assets.",
    query: checksSchema(limits),
    responses: {
      ...ok("A page.", "CheckPage", {
        checks: [
          {
            ...{ asset_key: ["s3", "orders"], check_name: "no_nulls", partition: null },
            ...{ latest_evaluation: checkExample, evaluations: 1 },
          },
        ],
        cursor: null,
        has_more: false,
      }),
      ...errors(400, 503),
    },
  },
];
