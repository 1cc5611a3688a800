import * as v from "valibot";

/** The parts of an OpenAPI document that the reference page reads. */
const schema = v.record(v.string(), v.unknown());
const content = v.record(
  v.string(),
  v.object({
    schema: v.optional(schema),
    example: v.optional(v.unknown()),
    examples: v.optional(v.record(v.string(), v.object({ value: v.unknown() }))),
  }),
);
const operation = v.object({
  operationId: v.string(),
  summary: v.string(),
  description: v.optional(v.string()),
  tags: v.array(v.string()),
  security: v.array(v.record(v.string(), v.array(v.string()))),
  parameters: v.optional(
    v.array(
      v.object({
        name: v.string(),
        in: v.string(),
        required: v.optional(v.boolean(), false),
        description: v.optional(v.string(), ""),
        schema: v.optional(schema, {}),
        example: v.optional(v.unknown()),
        content: v.optional(content),
      }),
    ),
    [],
  ),
  requestBody: v.optional(v.object({ required: v.optional(v.boolean(), false), content })),
  responses: v.record(v.string(), v.object({ description: v.string(), content: v.optional(content, {}) })),
});

export const documentSchema = v.object({
  info: v.object({ title: v.string(), version: v.string(), description: v.string() }),
  tags: v.array(v.object({ name: v.string(), description: v.string() })),
  paths: v.record(v.string(), v.record(v.string(), operation)),
  components: v.object({ schemas: v.record(v.string(), schema) }),
});

export type Content = v.InferOutput<typeof content>;
export type DescribedOperation = v.InferOutput<typeof operation>;
