import { longestKeyHeader } from "../reports/report-headers.ts";
import { parameterExamples } from "./examples.ts";
import { errors, type Operation, type Operations, ok, type Parameter, type Schema } from "./operation.ts";

// core/reports/report-request.ts reads these by Dagster's rules of precedence, and not by a valibot schema.
const textOrNull: Schema = { type: ["string", "null"] };
// A keyword of JSON Schema that is missing in the types of OpenAPI.
const somePart = { contains: { type: "string", minLength: 1 } };
const keyJson: Schema = {
  anyOf: [
    { type: "string", minLength: 1 },
    { type: "array", items: { type: "string" }, ...somePart },
  ],
  description: "Read where the path has no key: a string is one part, an array the parts.",
};
const fields: Record<string, Schema> = {
  asset_key: keyJson,
  partition: textOrNull,
  metadata: { type: ["object", "null"], description: "Any JSON values." },
};
const eventFields: Record<string, Schema> = {
  ...fields,
  data_version: { type: ["string", "number", "boolean", "null"] },
  description: textOrNull,
};
const checkFields: Record<string, Schema> = {
  ...fields,
  check_name: { type: "string" },
  passed: { type: "boolean" },
  severity: { enum: ["WARN", "ERROR", null], description: "How much a failure matters. Default: ERROR." },
};

const query = (name: string, values?: string[]): Parameter => ({
  name,
  in: "query",
  schema: { type: "string", ...(values && { enum: values }) },
  example: parameterExamples[name],
});
const jsonQuery = (name: string, type: "object" | "boolean"): Parameter => ({
  name,
  in: "query",
  description: "JSON.",
  content: { "application/json": { schema: { type }, example: parameterExamples[name] } },
});
const common = [query("partition"), jsonQuery("metadata", "object")];
const eventQuery = [...common, query("data_version"), query("description")];
const checkQuery = [
  ...common,
  query("check_name"),
  jsonQuery("passed", "boolean"),
  query("severity", ["WARN", "ERROR"]),
];

const keyInPath: Parameter = {
  name: "asset_key",
  in: "path",
  required: true,
  description: "The parts of the key, joined by `/`: as many segments as it has. Here `%2F` parts like `/`.",
  schema: { type: "string", pattern: "[^/]" },
  example: parameterExamples.asset_key,
};
const keyInQuery: Parameter = {
  name: "asset_key",
  in: "query",
  description: "Instead of the body's: a JSON array, or parts joined by characters that no name has.",
  schema: { type: "string" },
  example: parameterExamples.asset_key,
};
const idempotencyKey: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  description: "A repetition under the same key, for the same asset and kind, is answered and not recorded again.",
  schema: { type: "string", minLength: 1, maxLength: longestKeyHeader, pattern: "^[!-~]+$" },
  example: parameterExamples["Idempotency-Key"],
};

interface Report {
  readonly endpoint: string;
  readonly name: string;
  readonly summary: string;
  readonly isCheck: boolean;
  readonly example: object;
}

const precedence =
  "Dagster's endpoint, also behind one segment of prefix (`/prod/…`). The asset key: path, else body, else query. Every other parameter: body, else query; a null in the body hides the query's. Unknown fields are ignored, and the answer's header `Runless-Ignored` names them. A body without a content type is read as JSON.";

function describe({ endpoint, name, summary, isCheck, example }: Report): readonly Operation[] {
  const properties = isCheck ? checkFields : eventFields;
  const always = isCheck ? ["check_name", "passed"] : [];
  const describeOne = (
    path: string,
    operationId: string,
    required: string[],
    sample: object,
    key: Parameter,
  ): Operation => ({
    method: "POST",
    path,
    scope: "report",
    operationId,
    tags: ["Reports"],
    summary,
    description: isCheck ? `${precedence} \`check_name\` and \`passed\` may be in the query instead.` : precedence,
    parameters: [key, ...(isCheck ? checkQuery : eventQuery), idempotencyKey],
    requestBody: {
      required: required.length > 0,
      content: {
        "application/json": { schema: { type: "object", properties, required }, example: sample },
      },
    },
    responses: { ...ok("The event is durable.", "Empty", {}), ...errors(400, 408, 413, 422, 503) },
  });
  return [
    describeOne(`/${endpoint}/:asset_key`, name, always, example, keyInPath),
    describeOne(
      `/${endpoint}`,
      `${name}WithoutPath`,
      ["asset_key", ...always],
      { asset_key: ["s3", "orders"], ...example },
      keyInQuery,
    ),
  ];
}

const orders = { partition: "2026-11-23", metadata: { rows: 5 } };

/** Dagster's report endpoints. */
export const reportOperations: Operations = () => [
  ...describe({
    endpoint: "report_asset_materialization",
    name: "reportMaterialization",
    summary: "Report that an asset was written",
    isCheck: false,
    example: { ...orders, data_version: "v1" },
  }),
  ...describe({
    endpoint: "report_asset_observation",
    name: "reportObservation",
    summary: "Report that an asset was looked at",
    isCheck: false,
    example: orders,
  }),
  ...describe({
    endpoint: "report_asset_check",
    name: "reportCheck",
    summary: "Report how a check of an asset went",
    isCheck: true,
    example: { check_name: "no_nulls", passed: true, ...orders },
  }),
];
