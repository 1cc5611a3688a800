import fc from "fast-check";
import * as v from "valibot";
import { anyText, jsonText, mutatedJsonText } from "../core/arbitraries.ts";
import type { RunningServer } from "../server.ts";

const page = v.object({
  events: v.tuple([v.object({ metadata: v.looseObject({ k: v.object({ raw_value: v.unknown() }) }) })]),
});
const bodySchema = v.strictObject({ metadata: v.looseObject({ k: v.unknown() }) });

/** That the server takes what JSON.parse takes, refuses what that refuses, and gives the same value back. */
export function jsonFuzz({ url }: RunningServer): fc.IAsyncProperty<[string]> {
  return fc.asyncProperty(fc.oneof(jsonText, mutatedJsonText, anyText), async (text) => {
    // What Python writes and JSON.parse has no word for; it may stand in a text too.
    if (/NaN|Infinity/.test(text)) return;
    const body = `{"metadata":{"k":${text}}}`.toWellFormed();
    const expected = parsed(body);
    const report = { method: "POST", headers: { "content-type": "application/json" }, body };
    const answer = await fetch(`${url}/report_asset_materialization/fuzz/json`, report);
    const said = await answer.text();
    if (expected === undefined) {
      if (answer.status !== 400) throw new Error(`The answer is a ${answer.status}: ${said}`);
      return;
    }
    // The text may close what it stands in, and go on.
    if (!v.is(bodySchema, expected)) return;
    if (answer.status !== 200) throw new Error(`The answer is a ${answer.status}: ${said}`);
    const newest = await fetch(`${url}/api/v1/events?limit=1`);
    const [event] = v.parse(page, await newest.json()).events;
    const value = event.metadata.k.raw_value;
    if (!isSame(value, expected.metadata.k)) throw new Error(`It comes back as ${JSON.stringify(value)}.`);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSame(value: unknown, expected: unknown): boolean {
  // An int that a double does not hold is a string.
  if (typeof expected === "number" && typeof value === "string") return Number(value) === expected;
  return Bun.deepEquals(plain(value), plain(expected), true);
}

/** Lone surrogates, which JSON can escape and UTF-8 can't write, come back as U+FFFD; -0 as the int 0. */
function plain(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number") return value + 0;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), plain(member)]));
}
