import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { demoEvents } from "../../../adapters/cli/demo/demo-events.ts";
import { calendarOf } from "../../../adapters/web/browser/calendar.js";
import { materialization } from "../../../core/index.ts";
import { noon, siteOf } from "./site.ts";

const day = 86_400_000;
const dates = (from: string, count: number) =>
  Array.from({ length: count }, (_, i) => new Date(Date.parse(from) + i * day).toISOString().slice(0, 10));
const without = (names: readonly string[], ...gone: readonly string[]) => names.filter((name) => !gone.includes(name));

describe("a calendar of partitions", () => {
  test("has each day in its place, and the days between that are missing", () => {
    const names = without(dates("2026-10-30", 16), "2026-11-09", "2026-11-11");
    expect(calendarOf(names)).toMatchObject({
      unit: "days",
      missing: 2,
      says: "2 missing: 2026-11-09, 2026-11-11",
    });
    expect(calendarOf(names)?.blocks?.()).toMatchObject([
      {
        label: "2026",
        rows: [
          { label: "Oct", lead: 29 },
          { label: "Nov", lead: 0 },
        ],
      },
    ]);
    expect(calendarOf(names)?.blocks?.()[0]?.rows[1]?.cells.slice(7, 12)).toEqual([
      ...["2026-11-08", null, "2026-11-10", null, "2026-11-12"],
    ]);
  });

  test.each([
    ["2026-11-23-22:00", "2026-11-23-23:00", "2026-11-24-01:00", "2026-11-24-00:00"],
    ["2026-11-23T22", "2026-11-23T23", "2026-11-24T01", "2026-11-24T00"],
    ["2026-11-23 22:00:00Z", "2026-11-23 23:00:00Z", "2026-11-24 01:00:00Z", "2026-11-24 00:00:00Z"],
    ["2026112322", "2026112323", "2026112401", "2026112400"],
    ["20261122", "20261123", "20261125", "20261124"],
    ["2026/11/22", "2026/11/23", "2026/11/25", "2026/11/24"],
  ])("reads %s and says gaps in the same form", (a, b, d, c) => {
    expect(calendarOf([a, b, d])?.says).toBe(`1 missing: ${c}`);
  });

  test.each([
    ["weeks", ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]],
    ["a few", ["2026-11-02", "2026-11-03"]],
    ["two forms", ["2026-11-02", "2026-11-03", "20261104", "2026-11-05"]],
    ["days that there are not", ["2026-02-28", "2026-02-29", "2026-02-30"]],
    ["regions of days", ["2026-11-02|eu", "2026-11-02|us", "2026-11-03|eu"]],
    ["others", ["a", "b", "c", "d"]],
    ["none", []],
  ])("is none of %s", (_, names) => {
    expect(calendarOf(names)).toBeUndefined();
  });

  test("says long gaps by their ends, and of many the last", () => {
    const all = dates("2026-01-01", 200);
    const gap = dates("2026-02-01", 30);
    expect(calendarOf(without(all, ...gap))?.says).toBe("30 missing: 2026-02-01 to 2026-03-02");
    expect(calendarOf(all)).toMatchObject({ missing: 0, says: "" });
    const single = Array.from({ length: 9 }, (_, i) => dates("2026-03-01", 90)[i * 10] ?? "");
    expect(calendarOf(without(all, ...single))?.says).toBe(
      "9 missing: …, 2026-03-31, 2026-04-10, 2026-04-20, 2026-04-30, 2026-05-10, 2026-05-20",
    );
  });

  test("is not drawn where gaps would take more room than what there is, but they are said", () => {
    const runs = Array.from({ length: 10 }, (_, i) => dates(`20${10 + i}-01-01`, 20));
    const { blocks, missing, says } = calendarOf(runs.flat()) ?? {};
    expect([blocks, missing]).toEqual([undefined, 3307 - 200]);
    expect(says).toEndWith("2017-01-21 to 2017-12-31, 2018-01-21 to 2018-12-31");
  });

  test.each([
    ["a new start", [...dates("1990-01-01", 10), ...dates("2026-01-01", 10)], "1990-01-11 to 2025-12-31"],
    ["a typing error", [...dates("2026-11-01", 30), "2062-11-03"], "2026-12-01 to 2062-11-02"],
    ["one before all", ["1026-11-03", ...dates("2026-11-01", 30)], "1026-11-04 to 2026-10-31"],
  ])("counts no gap that is longer than all else, as before %s, but says it", (_, names, gap) => {
    const { missing, says, apart, blocks } = calendarOf(names) ?? {};
    expect([missing, says, apart]).toEqual([0, "", [`Nothing from ${gap}`]]);
    expect(blocks?.().flatMap(({ rows }) => rows.flatMap(({ cells }) => cells))).toEqual(names);
  });

  test("says gaps beside typing errors on both sides", () => {
    const names = ["1026-11-03", ...without(dates("2026-11-01", 30), "2026-11-09"), "2062-11-03"];
    expect(calendarOf(names)).toMatchObject({
      says: "1 missing: 2026-11-09",
      apart: ["Nothing from 1026-11-04 to 2026-10-31", "Nothing from 2026-12-01 to 2062-11-02"],
    });
  });

  test.each([["backfill"], ["__HIVE_DEFAULT_PARTITION__"], ["2026-02-30"], ["20261103"]])(
    "has a stray name like %s after all others, and the gaps as without it",
    (stray) => {
      const names = without(dates("2026-11-01", 30), "2026-11-09");
      const calendar = calendarOf([...names, stray].sort());
      expect(calendar).toMatchObject({ says: "1 missing: 2026-11-09", strays: [stray] });
      const blocks = calendar?.blocks?.();
      expect(blocks?.[0]).toEqual(calendarOf(names)?.blocks?.()[0]);
      expect(blocks?.slice(1)).toMatchObject([{ label: "Other names", isOther: true, rows: [{ cells: [stray] }] }]);
    },
  );

  test("is none where more than one name in ten is a stray", () => {
    const strays = (count: number) => Array.from({ length: count }, (_, i) => `x${i}`);
    expect(calendarOf([...dates("2026-11-01", 27), ...strays(3)])?.strays).toEqual(strays(3));
    expect(calendarOf([...dates("2026-11-01", 27), ...strays(4)])).toBeUndefined();
  });

  test("has every name once and in its order, whatever is missing", () => {
    const some = fc.tuple(
      fc.integer({ min: 0, max: 30_000 }),
      fc.array(fc.boolean(), { minLength: 3, maxLength: 400 }),
    );
    fc.assert(
      fc.property(some, ([start, kept]) => {
        const names = dates(new Date(start * day).toISOString(), kept.length).filter((_, i) => kept[i]);
        const calendar = calendarOf(names);
        const cells = calendar?.blocks?.().flatMap(({ rows }) => rows.flatMap(({ cells }) => cells));
        if (calendar === undefined || cells === undefined) return;
        expect(cells.filter((cell) => cell !== null)).toEqual(names);
        expect(cells.length).toBe(names.length + calendar.missing);
        if (calendar.apart.length > 0) return;
        expect(cells.length).toBe((Date.parse(names.at(-1) ?? "") - Date.parse(names[0] ?? "")) / day + 1);
      }),
    );
  });
});

describe("a page of daily partitions", () => {
  test("shows hollow cells for gaps, and says them", async () => {
    const { get } = await siteOf(
      ...without(dates("2026-11-01", 12), "2026-11-05").map((partition) => materialization("a", { partition })),
    );
    const { html, text } = await get("/assets/a");
    expect(text).toContain("Partitions 11 1 looks missing: 2026-11-05");
    const cells = Array.from(
      html.matchAll(/<i class="gap"|<button name="partition" value="([^"]*)"/g),
      ([, name]) => name,
    );
    expect(cells).toEqual([...dates("2026-11-01", 4), undefined, ...dates("2026-11-06", 7)]);
  });

  test("of the demo shows the 2 days that its check says are missing", async () => {
    const { get } = await siteOf(...demoEvents(noon));
    const { html, text } = await get("/assets/warehouse/marts/revenue_by_day");
    expect(text).toContain("2 days are missing");
    expect(text).toContain("2 look missing: 2026-11-02, 2026-11-13");
    expect(html.match(/<i class="gap"/g)).toHaveLength(2);
  });

  test("keeps its hollow cells beside a stray name, which it says", async () => {
    const names = [...without(dates("2026-11-01", 20), "2026-11-05"), "__HIVE_DEFAULT_PARTITION__"];
    const { get } = await siteOf(...names.map((partition) => materialization("a", { partition })));
    const { html, text } = await get("/assets/a");
    expect(text).toContain("1 looks missing: 2026-11-05 1 of another form: __HIVE_DEFAULT_PARTITION__");
    expect(html.match(/<i class="gap"/g)).toHaveLength(1);
    expect(Array.from(html.matchAll(/<button name="partition" value="([^"]*)"/g), ([, name]) => name)).toEqual(names);
  });

  test("says a name of another century as it is", async () => {
    const names = [...dates("2026-11-01", 20), "2062-11-03"];
    const { get } = await siteOf(...names.map((partition) => materialization("a", { partition })));
    const { html, text } = await get("/assets/a");
    expect(text).toContain("Partitions 21 Nothing from 2026-11-21 to 2062-11-02");
    expect(text).not.toContain("missing");
    expect(html).not.toContain('class="gap"');
  });

  test("with other names stays packed", async () => {
    const { get } = await siteOf(...["x", "y"].map((partition) => materialization("a", { partition })));
    const { html } = await get("/assets/a");
    expect(html).toContain('class="grid large"');
    expect(html).not.toContain('class="missing"');
  });
});
