import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { definitionsSchema } from "../../../core/definitions/definition-schema.ts";

const described = v.object({ type: v.literal("metadata"), metadata: v.object({ jsonSchema: v.looseObject({}) }) });

/** The JSON Schema of a file of definitions. */
export function definitionsJsonSchema(): object {
  const schema = toJsonSchema(definitionsSchema, {
    typeMode: "input",
    errorMode: "ignore", // the checks that it can't say are parseDefinitions' own
    // The metadata after a check says in JSON Schema what the check does.
    overrideAction: ({ valibotAction, jsonSchema }) =>
      v.is(described, valibotAction) ? valibotAction.metadata.jsonSchema : jsonSchema,
  });
  return { title: "Definitions of assets for runless", ...schema };
}
