import * as v from "valibot";
import type { Answer } from "./exchange.ts";

/** How many events a server says that it has recorded. */
export interface Acknowledged {
  readonly atLeast: number;
  readonly atMost: number;
}

const counts = v.object({ recorded: v.number() });
const one = v.strictObject({ id: v.number(), duplicate: v.boolean() });

/** `mayRepeat` says that a report may have had an idempotency key: `{}` does not tell a repetition from the first. */
export function acknowledged(answers: readonly Answer[], mayRepeat: boolean): Acknowledged {
  let [atLeast, atMost] = [0, 0];
  for (const { status, body } of answers) {
    const json = safelyParsed(body);
    const recorded = recordedBy(json);
    const isReport = status === 200 && body === "{}";
    atLeast += recorded + (isReport && !mayRepeat ? 1 : 0);
    atMost += recorded + (isReport ? 1 : 0);
  }
  return { atLeast, atMost };
}

function recordedBy(json: unknown): number {
  if (v.is(counts, json)) return json.recorded;
  return v.is(one, json) && !json.duplicate ? 1 : 0;
}

function safelyParsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
