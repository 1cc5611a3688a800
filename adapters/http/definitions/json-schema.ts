import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { definitionsSchema } from "../../../core/definitions/definition-schema.ts";

const described = v.object({ type: v.literal("metadata"), metadata: v.object({ jsonSchema: v.looseObject({}) }) });

/** The JSON Schema of a file of definitions. */
export function definitionsJsonSchema(): object {
  const schema = toJsonSchema(definitionsSchema, {
    typeMode: "input",
    errorMode: "ignore", // parseDefinitions does the checks that a JSON Schema can't say
    // The metadata after a check is the JSON Schema of that check.
    overrideAction: ({ valibotAction, jsonSchema }) =>
      v.is(described, valibotAction) ? valibotAction.metadata.jsonSchema : jsonSchema,
  });
  return { title: "Definitions of assets for runless", ...schema };
}
