import { expect, test } from "bun:test";
import * as v from "valibot";
import { expectedPartitions, type Partitions, partitionWindow } from "../../../core/freshness/index.ts";
import recorded from "../../cases/dagster-windows.json" with { type: "json" };

// What Dagster 1.13.28 answered, by tests/cases/dagster-windows.py.
const rowShape = v.object({
  definition: v.custom<Exclude<Partitions, { readonly type: "static" }>>((value) => typeof value === "object"),
  now: v.number(),
  names: v.array(v.string()),
  starts: v.array(v.number()),
  end: v.nullable(v.number()),
});
const rows = v.parse(v.array(rowShape), recorded.rows);
const minute = 60_000;

/**
 * Where clocks skip midnight, Dagster names a window of several hours after the 00:00 that there is not, and ours after
 * the 01:00 at which it starts.
 */
const isSkippedMidnight = (name: string, definition: Partitions) =>
  definition.type === "cron" && definition.cron === "0 */4 * * *" && name.endsWith("-00");

test.each(rows.map((row) => [JSON.stringify(row.definition), new Date(row.now * minute).toISOString(), row] as const))(
  "%s has Dagster's windows and names at %s",
  (_definition, _now, { definition, now, names, starts, end }) => {
    const ours = expectedPartitions(definition, { from: null, until: null, now: now * minute });
    const ends = [...starts.slice(1), end ?? 0].slice(0, starts.length);
    expect(ours.map((one) => [one.start, one.end])).toEqual(
      starts.map((start, i) => [start * minute, (ends[i] ?? 0) * minute]),
    );
    for (const [i, { partition }] of ours.entries()) {
      const name = names[i] ?? "";
      const expected = isSkippedMidnight(name, definition) && partition !== name ? `${name.slice(0, -2)}01` : name;
      expect(partition).toBe(expected);
    }
  },
);

test("each expected partition is found by its name", () => {
  for (const { definition, now } of rows) {
    for (const window of expectedPartitions(definition, { from: null, until: null, now: now * minute })) {
      expect(partitionWindow(definition, window.partition)).toEqual(window);
    }
  }
});
