import { expect, test } from "bun:test";
import { materialization } from "../../../../../core/index.ts";
import { mostAhead } from "../../../../../core/time.ts";
import { readTimeline } from "../../../../../storage/libsql/read/events/read-timeline.ts";
import { watchedSteps, writtenDatabase } from "../../written-database.ts";

const count = 3000;
const { client } = await writtenDatabase(
  Array.from({ length: count }, (_, i) => [
    materialization("a", { timestamp: i }),
    materialization("noise", { timestamp: i }),
  ]).flat(),
);

test("a timeline of more events than are looked at is a sample of all of them, and says so", async () => {
  const { marks, isSample } = await readTimeline(watchedSteps(client).steps, ["a"], { slots: 50 }, 1000);
  const looked = marks.reduce((sum, { events }) => sum + events, 0);
  expect(isSample).toBe(true);
  expect(looked).toBeGreaterThan(900);
  expect(looked).toBeLessThanOrEqual(1000);
  expect(marks).toHaveLength(50);
  // From the first to the last, without a gap.
  const times = marks.map(({ timestamp }) => timestamp);
  expect(times.at(-1)).toBeGreaterThan(count - 20);
  const gaps = times.map((time, i) => time - (times[i - 1] ?? 0));
  expect(Math.max(...gaps)).toBeLessThan((2.5 * count) / 50);
  const whole = await readTimeline(watchedSteps(client).steps, ["a"], { slots: 50 }, count);
  expect([whole.isSample, whole.marks.reduce((sum, { events }) => sum + events, 0)]).toEqual([false, count]);
});

test("events that were received long before are not looked at", async () => {
  // Each was received an hour after the one before.
  const { client } = await writtenDatabase(
    Array.from({ length: count }, (_, i) => materialization("a", { timestamp: i * 3_600_000 })),
  );
  await client.execute("UPDATE event SET received_at = timestamp");
  const { steps, statements } = watchedSteps(client);
  const since = (count - 10) * 3_600_000;
  const { marks } = await readTimeline(steps, ["a"], { since, slots: 50 });
  expect(marks).toHaveLength(10);
  const walks = statements.filter(({ sql }) => sql.includes("edge"));
  expect(walks.map(({ args }) => args[1])).toEqual([count - 10 - mostAhead / 3_600_000]);
});

test("what a timeline's events hold together is bounded", async () => {
  const { client } = await writtenDatabase(
    Array.from({ length: 40 }, (_, i) => materialization("a", { timestamp: i, description: "x".repeat(100_000) })),
  );
  const { rows } = await readTimeline(watchedSteps(client).steps, ["a"], { slots: 50, events: 40 });
  expect(rows.map(({ timestamp }) => timestamp)).toEqual([3, 7, 11, 15, 19, 23, 27, 31, 35, 39]);
});

test("what is the latest by its time is in a sample, wherever it was received", async () => {
  const { client } = await writtenDatabase(
    Array.from({ length: count }, (_, i) => materialization("a", { timestamp: i === 1501 ? 10 * count : i })),
  );
  const { marks, rows, isSample } = await readTimeline(
    watchedSteps(client).steps,
    ["a"],
    { slots: 50, events: 9 },
    500,
  );
  expect([isSample, marks.at(-1)?.timestamp, rows.at(-1)?.timestamp]).toEqual([true, 10 * count, 10 * count]);
});

test("reports of single days are among the events, however large a back-fill before them is", async () => {
  const day = 86_400_000;
  const { client } = await writtenDatabase(
    Array.from({ length: count }, (_, i) => {
      const timestamp = i < count - 33 ? i * 1000 : (i - count + 35) * day;
      return materialization("a", { timestamp, description: "x".repeat(600) });
    }),
  );
  const { rows } = await readTimeline(watchedSteps(client).steps, ["a"], { slots: 900, events: 2000 });
  expect(rows.length).toBeLessThan(1500);
  expect(rows.filter(({ timestamp }) => timestamp >= day).map(({ timestamp }) => timestamp / day)).toEqual(
    Array.from({ length: 33 }, (_, i) => i + 2),
  );
});
