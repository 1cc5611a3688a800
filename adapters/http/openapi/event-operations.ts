import * as v from "valibot";
import { eventInputSchema } from "../../../core/events/event-input-schema.ts";
import { exportSchema, pageSchema, streamSchema } from "../events/events-query.ts";
import { freshnessChangeExample, materializationExample, parameterExamples, wipeExample } from "./examples.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { errors, type Operations, ok, schemaRef } from "./operation.ts";

const path = "/api/v1/events";
const tags = ["Events"];
const one = { type: "ASSET_MATERIALIZATION", asset_key: "s3/orders", partition: "2026-11-23", metadata: { rows: 5 } };
const check = { type: "ASSET_CHECK_EVALUATION", asset_key: "s3/orders", check_name: "no_nulls", passed: true };
const lines = (...objects: readonly object[]) => objects.map((object) => `${JSON.stringify(object)}\n`).join("");

const id = {
  name: "id",
  in: "path",
  required: true,
  schema: { type: "integer", minimum: 0, maximum: 1e15 - 1 },
  example: parameterExamples.id,
} as const;

const exportParameters = Object.keys(exportSchema.entries).join(", ");

export const eventOperations: Operations = (limits) => [
  {
    method: "POST",
    path,
    scope: "report",
    operationId: "postEvents",
    tags,
    summary: "Report events: one, an array, or lines",
    description:
      "One event, or an array that is recorded as one: all or none. Lines are a stream of any length: each is recorded for itself, as it arrives; where every line failed, the counts come with a 400. The header `Idempotency-Key` may stand for the field `idempotency_key` of one event; of an array or of lines it is a 400.",
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: jsonSchemaOf(v.union([eventInputSchema, v.array(eventInputSchema)])),
          examples: {
            one: { summary: "One event", value: one },
            array: { summary: "All or none", value: [one, check] },
          },
        },
        "application/x-ndjson": {
          // Without a type: any body is lines, and lines that are no events fail by themselves.
          schema: { description: "A line for each event, as in JSON." },
          example: lines(one, check),
        },
      },
    },
    responses: {
      200: {
        description: "One event, several at once, or the counts of lines: all of them are durable.",
        content: {
          "application/json": {
            schema: { anyOf: [schemaRef("Recorded"), schemaRef("RecordedEvents"), schemaRef("Import")] },
            examples: {
              one: { value: { id: 42, duplicate: false } },
              array: { value: { recorded: 2, duplicates: 0, ids: [42, 43] } },
              lines: { value: { received: 2, recorded: 2, duplicates: 0, failed: 0, skipped: 0, errors: [] } },
            },
          },
        },
      },
      ...errors(400, 408, 413, 415, 422),
      503: {
        description: "The server can't go on now. Of lines: how far it got.",
        content: {
          "application/json": {
            schema: { anyOf: [schemaRef("UnfinishedImport"), schemaRef("Error")] },
            example: { error: "The database is locked by another process." },
          },
        },
      },
    },
  },
  {
    method: "GET",
    path,
    scope: "read",
    operationId: "listEvents",
    tags,
    summary: "List events, page by page",
    description: `Newest first. With \`Accept: application/x-ndjson\`: all that match, a line each, of any number, oldest first; the parameters are ${exportParameters} then, and \`limit\` has no maximum.`,
    query: pageSchema(limits),
    responses: {
      200: {
        description: "A page, or all as lines.",
        content: {
          "application/json": {
            schema: schemaRef("EventPage"),
            example: { events: [freshnessChangeExample, materializationExample], cursor: null, has_more: false },
          },
          "application/x-ndjson": {
            // Lines are described as an array, as in OpenAPI 3.2.
            schema: { type: "array", items: schemaRef("ExportedEvent"), description: "A line for each event." },
            example: lines({ ...materializationExample, idempotency_key: "5f0c/42" }),
          },
        },
      },
      ...errors(400, 503),
    },
  },
  {
    method: "GET",
    path: `${path}/stream`,
    scope: "read",
    operationId: "streamEvents",
    tags,
    summary: "Follow events live",
    description:
      "Server-sent events, without end: `id` is the event's, `event` its type, `data` the event. `event: position` says how far the stream has come, `event: pruned` at its beginning that retention has deleted events behind that. Starts now, or behind `after`; resumes behind `Last-Event-ID`.",
    query: streamSchema,
    parameters: [
      { name: "Last-Event-ID", in: "header", schema: id.schema, example: parameterExamples["Last-Event-ID"] },
    ],
    responses: {
      200: {
        description: "A stream.",
        content: {
          "text/event-stream": {
            schema: { type: "string" },
            example: `id: 42\nevent: ASSET_MATERIALIZATION\ndata: ${JSON.stringify(materializationExample)}\n\n`,
          },
        },
      },
      ...errors(400, 503),
    },
  },
  {
    method: "GET",
    path: `${path}/:id`,
    scope: "read",
    operationId: "getEvent",
    tags,
    summary: "Read one event",
    parameters: [id],
    responses: { ...ok("The event.", "Event", materializationExample), ...errors(400, 404, 503) },
  },
  {
    method: "DELETE",
    path: `${path}/:id`,
    scope: "admin",
    operationId: "wipeEvent",
    tags,
    summary: "Wipe one event",
    parameters: [id],
    responses: { ...ok("The trace that it leaves.", "Wiped", { wiped: wipeExample }), ...errors(400, 404, 503) },
  },
];
