/** What JSON Schema can say of parameters that their valibot schemas transform. They carry it as metadata. */

export const assetKeyJson = {
  type: "string",
  pattern: "[^/]",
  description: "Parts joined by `/`, or a JSON array of strings. At least one part is not empty.",
} as const;

export function countJson(minimum: number, maximum: number) {
  return { type: "integer", minimum, maximum } as const;
}
