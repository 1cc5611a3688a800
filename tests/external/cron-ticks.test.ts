import { expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import { cronSchedule } from "../../core/freshness/index.ts";

const zones = [
  "UTC",
  "Africa/Cairo",
  "America/Havana",
  "America/New_York",
  "America/Nuuk",
  "America/Santiago",
  "Antarctica/Troll",
  "Asia/Beirut",
  "Asia/Jerusalem",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Europe/Berlin",
  "Europe/London",
  "Pacific/Chatham",
];
const fixed = [
  "0 6 * * 1-5",
  "30 2 * * *",
  "0 0 * * *",
  "15 0,1,2,3,23 * * *",
  "0,30 1-3 * * SUN",
  "45 23 1,15 * *",
  "0 3 31 * 0",
  "30 1 * MAR-NOV *",
];
const wild = ["30 * * * *", "*/30 0-4 * * *", "0 */4 * * *", "10 */2 * * 6,7", "0 0-6/3 * * *"];

const line = v.object({ zone: v.string(), ticks: v.record(v.string(), v.array(v.number())) });
const [start, end] = ["2026-01-01", "2028-01-01"];
const minute = 60_000;

test(`ticks of two years are those of Vixie cron's rules and Python's zoneinfo, in ${zones.length} zones`, () => {
  const script = join(import.meta.dir, "cron-ticks.py");
  const stdin = Buffer.from(JSON.stringify({ zones, expressions: [...fixed, ...wild], start, end }));
  const { exitCode, stdout, stderr } = Bun.spawnSync(["python3", script], { stdin });
  expect(`${stderr}${exitCode}`).toBe("0");
  const rows = stdout.toString().trimEnd().split("\n");
  let count = 0;
  for (const { zone, ticks } of rows.map((row) => v.parse(line, JSON.parse(row)))) {
    for (const [expression, theirs] of Object.entries(ticks)) {
      const ours = ticksOf(expression, zone);
      const differ = ours.findIndex((tick, i) => tick !== theirs[i]);
      const shown = [ours[differ], theirs[differ]].map((tick) => tick && new Date(tick * minute).toISOString());
      expect(differ, `${expression} in ${zone}: ${shown.join(" instead of ")}`).toBe(-1);
      expect(ours.length, `${expression} in ${zone}`).toBe(theirs.length);
      count += ours.length;
    }
  }
  expect(rows.length).toBe(zones.length);
  expect(count).toBeGreaterThan(400_000);
}, 300_000);

/** In minutes since 1970. */
function ticksOf(expression: string, zone: string): readonly number[] {
  const schedule = cronSchedule(expression, zone);
  const ticks: number[] = [];
  let tick = schedule.after(Date.parse(start) - 1);
  while (tick !== null && tick < Date.parse(end)) {
    ticks.push(tick / minute);
    tick = schedule.after(tick);
  }
  return ticks;
}
