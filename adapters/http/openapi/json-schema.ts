import { type ConversionConfig, type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { resolver } from "hono-openapi";
import * as v from "valibot";
import { parameterNotes } from "../query-parameters.ts";
import { parameterExamples } from "./examples.ts";
import type { Parameter } from "./operation.ts";

const jsonSchema = v.custom<JsonSchema>((value) => typeof value === "object" && value !== null);
const described = v.object({ type: v.literal("metadata"), metadata: v.object({ jsonSchema }) });

const options: ConversionConfig = {
  typeMode: "input",
  // The metadata before a transformation replaces the JSON Schema of the checks before it.
  overrideAction: ({ valibotAction, jsonSchema: soFar }) =>
    v.is(described, valibotAction) ? valibotAction.metadata.jsonSchema : soFar,
  // The default of a parameter is a string, like all values of a query.
  overrideSchema: ({ jsonSchema }) =>
    jsonSchema.type === "integer" && typeof jsonSchema.default === "string"
      ? { ...jsonSchema, default: Number(jsonSchema.default) }
      : null,
};

/** A valibot schema as JSON Schema. */
export function jsonSchemaOf(schema: v.GenericSchema): ReturnType<typeof resolver> {
  return resolver(schema, { options });
}

/** A valibot schema as the parameters of a query. */
export function queryParameters(schema: v.GenericSchema): Parameter[] {
  const { properties = {}, required = [] } = toJsonSchema(schema, options);
  return Object.entries(properties).map(([name, property]) => {
    const { description, examples, ...rest } = v.parse(jsonSchema, property);
    // A schema with its own example has its own description too.
    const note = examples === undefined ? parameterNotes[name] : undefined;
    return {
      name,
      in: "query",
      required: required.includes(name),
      description: [description, note].filter((text) => text !== undefined).join(" "),
      schema: rest as object, // JSON Schema, for which each package has its own type
      example: examples?.[0] ?? parameterExamples[name],
    };
  });
}
