import * as v from "valibot";
import { definitionSchema, definitionsSchema } from "../definitions/definitions.ts";
import { putSchema } from "../definitions/put-definitions.ts";
import { definitionExample } from "./examples.ts";
import { errors, keyInPath, type Operations, ok, okPageOrOne } from "./operation.ts";

const path = "/api/v1/definitions";
const tags = ["Definitions"];

const document = {
  assets: [
    {
      key: "s3/orders",
      owners: ["team:finance"],
      partitions: { type: "daily", start: "2026-01-01" },
      freshness: { type: "cron", deadline_cron: "0 6 * * 1-5", lower_bound_delta: "6h" },
    },
  ],
};

export const definitionOperations: Operations = (limits) => [
  {
    method: "GET",
    path,
    scope: "read",
    operationId: "listDefinitions",
    tags,
    summary: "List definitions, or read the one that holds for a key",
    description: "`asset_key` alone asks for one definition, of any key; the other parameters are of the list.",
    query: v.strictObject({ ...v.partial(definitionSchema).entries, ...definitionsSchema(limits).entries }),
    responses: {
      ...okPageOrOne("A page, in the order of keys; or the definition.", {
        list: {
          schema: "DefinitionPage",
          example: { definitions: [definitionExample], cursor: null, has_more: false, revision: 1 },
        },
        one: { schema: "Definition", example: definitionExample },
      }),
      ...errors(400, 404, 501, 503),
    },
  },
  {
    method: "GET",
    path: `${path}/:asset_key`,
    scope: "read",
    operationId: "getDefinition",
    tags,
    summary: "Read the definition that holds for a key",
    description: "Its own, else that of the longest prefix.",
    parameters: [keyInPath],
    responses: { ...ok("The definition.", "Definition", definitionExample), ...errors(400, 404, 501, 503) },
  },
  {
    method: "PUT",
    path,
    scope: "admin",
    operationId: "replaceDefinitions",
    tags,
    summary: "Make the definitions of a source equal to a document",
    description:
      "All or nothing. The format is that of `/schemas/definitions.json`. A token with a prefix may do it only where all keys of the source lie inside.",
    query: putSchema,
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: { type: "object" }, example: document },
        "application/yaml": { schema: { type: "string" }, example: "assets:\n  - key: s3/orders\n" },
      },
    },
    responses: {
      ...ok("What changed, or would.", "ReplacedDefinitions", {
        ...{ source: "team-a", dry_run: false, added: 1, changed: 0, removed: 0, unchanged: 0, revision: 1 },
      }),
      ...errors(400, 408, 409, 413, 415, 501, 503),
    },
  },
  {
    method: "GET",
    path: "/schemas/definitions.json",
    scope: "nothing",
    operationId: "getDefinitionsSchema",
    tags,
    summary: "The JSON Schema of a document of definitions",
    responses: {
      200: {
        description: "A JSON Schema, by which editors complete.",
        content: { "application/json": { schema: { type: "object" }, example: { type: "object" } } },
      },
    },
  },
];
