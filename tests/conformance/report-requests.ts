import { readFileSync } from "node:fs";
import * as v from "valibot";
import { parseJson } from "../../core/json/json.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json/json-value.ts";

const caseSchema = v.object({
  name: v.string(),
  method: v.optional(v.string(), "POST"),
  target: v.string(),
  headers: v.array(v.tuple([v.string(), v.string()])),
  body: v.exactOptional(v.string()),
  expect: v.object({
    status: v.number(),
    event: v.exactOptional(v.custom<JsonObject>((value) => isJsonObject(value as JsonValue))),
    error_starts: v.exactOptional(v.string()),
  }),
  differs: v.exactOptional(v.string()),
});

/** A request just as it goes over the wire, and the answer that runless must give. README.md says the format. */
export type ReportCase = v.InferOutput<typeof caseSchema>;

/** Read with the core's reader: JSON.parse would lose the digits that some cases are about. */
export const reportCases: readonly ReportCase[] = v.parse(
  v.array(caseSchema),
  parseJson(readFileSync(new URL("report-requests.json", import.meta.url), "utf8")),
);

/** The keys that a case may be recorded under. Some runtimes resolve `.` and `..` before the program sees a path. */
export function admittedKeys({ differs, target, expect }: ReportCase): readonly JsonValue[] {
  const literal = expect.event?.asset_key ?? null;
  if (differs !== "dot-segments") return [literal];
  const [, , ...normalised] = new URL(target, "http://runless").pathname.split("/");
  return [literal, normalised];
}
