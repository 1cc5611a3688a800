import * as v from "valibot";
import recorded from "../cases/watching.json" with { type: "json" };

const eventShape = v.object({ timestamp: v.string(), received_at: v.optional(v.string()) });

const caseShape = v.object({
  id: v.number(),
  area: v.string(),
  name: v.string(),
  why: v.string(),
  given: v.optional(v.string()),
  policy: v.optional(v.unknown()),
  events: v.optional(v.array(eventShape)),
  now: v.optional(v.string()),
  defined_at: v.optional(v.string()),
  expect: v.record(v.string(), v.unknown()),
});

export type WatchingCase = v.InferOutput<typeof caseShape>;

/** Cases of what watching must do, each with an id that stays. */
export const watchingCases = v.parse(v.array(caseShape), recorded);

/** The case with an id, as a row of test.each. */
export function watchingCase(id: number): WatchingCase {
  const found = watchingCases.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no case ${id}`);
  return found;
}
