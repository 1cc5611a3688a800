// What JSON Schema can say of parameters that their valibot schemas transform. They carry it as metadata.

export const assetKeyJson = {
  type: "string",
  pattern: "[^/]",
  description: "Parts joined by `/`, or a JSON array of strings. At least one part is not empty.",
} as const;

export function countJson(minimum: number, maximum: number) {
  return { type: "integer", minimum, maximum } as const;
}

/** What a parameter's name means, beside what its schema says of the value. */
export const parameterNotes: Readonly<Record<string, string>> = {
  prefix: "Finds the key itself and all below it.",
  search: "Words, with spaces between them, that a key contains: all of them, in any order, ASCII letters in any case.",
  since: "Of `timestamp`, inclusive.",
  until: "Of `timestamp`, exclusive.",
  after: "Of `id`, exclusive.",
  before: "Of `id`, exclusive.",
  order: "Of `id`.",
  quiet_since: "Finds assets without a materialization or observation from this `timestamp` on.",
  cursor: "From the last page, with the same filters.",
};
