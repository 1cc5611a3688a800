import { isoTime } from "../../../core/time.ts";
import type { DefinitionRecord } from "../../../storage/index.ts";

/** A definition as JSON of the API: its fields as in a file, with source, revision and times. */
export function formatDefinition({ definition, source, revision, changedAt, definedAt }: DefinitionRecord): string {
  return JSON.stringify({
    ...definition,
    source,
    revision,
    changed_at: isoTime(changedAt),
    defined_at: isoTime(definedAt),
  });
}

/** As `formatDefinition`, or null if no definition holds. */
export function formatHolding(record: DefinitionRecord | undefined): string {
  return record === undefined ? "null" : formatDefinition(record);
}
