import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { watchLabels } from "./axis-labels.ts";
import { materialized, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const widths = [390, 1280, 1440, 2560];

describe("numbers that are hard to draw", () => {
  const site = webSite();
  beforeAll(async () => {
    await site.report(
      ...Array.from({ length: 60 }, (_, i) =>
        materialized("hard/numbers", {
          timestamp: minutesAgo((60 - i) * 24 * 35),
          metadata: {
            greatest: { type: "float", raw_value: i % 2 === 0 ? 1.797e308 : 1.2e307 * (i % 9) },
            signed: { type: "float", raw_value: i % 2 === 0 ? 1.797e308 : -1.797e308 },
            digits_26: { type: "int", raw_value: "12345678901234567890123456" },
            narrow: { type: "float", raw_value: 1.00001 + (i % 11) / 1_000_000 },
            narrow_large: 1_279_000 + (i % 900),
            tiny: { type: "float", raw_value: 1e-9 * (1 + (i % 7)) },
            trillions: 12_345_678_901_234 + i * 1_000_000_000,
            constant: 1,
          },
        }),
      ),
    );
  });

  test.each(widths)("make no page wider than its %d pixels, nor squeeze the names of plots", async (width) => {
    const page = await site.visit("/assets/hard/numbers", { viewport: { width, height: 900 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    const heights = await page
      .locator("figure.plot figcaption")
      .evaluateAll((all) => all.map((one) => one.clientHeight));
    expect(Math.max(...heights)).toBeLessThan(50);
    await page.locator("figure.plot").first().scrollIntoViewIfNeeded();
    await page.locator("figure.plot canvas").first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
  });

  test("have axes whose labels differ and are whole", async () => {
    const page = await site.visit("/ready");
    site.tolerate(/status of 404/);
    const labels = await watchLabels(page);
    await page.goto(`${site.server.url}/assets/hard/numbers`);
    await page.locator("figure.plot").first().scrollIntoViewIfNeeded();
    await page.locator("figure.plot canvas").nth(7).waitFor();
    const all = await labels();
    expect(all.filter(({ isWhole }) => !isWhole)).toEqual([]);
    const names = new Set(all.map(({ plot }) => plot));
    expect(names.size).toBe(8);
    for (const plot of names) {
      for (const axis of ["x", "y"]) {
        const texts = all.filter((one) => one.plot === plot && one.axis === axis).map(({ text }) => text);
        expect([plot, axis, texts.length > 0, texts]).toEqual([plot, axis, true, [...new Set(texts)]]);
      }
    }
  });

  test("and their times are read in UTC, wherever the browser is", async () => {
    await site.report(
      ...[1, 2, 3].map((hour) =>
        materialized("hard/clock", { timestamp: `2026-01-05T0${hour}:00:00Z`, metadata: { rows: hour } }),
      ),
    );
    const page = await site.visit("/assets/hard/clock", { timezoneId: "Asia/Tokyo" });
    const plot = page.locator("figure.plot");
    await plot.locator("canvas").waitFor();
    const over = await plot.locator(".u-over").boundingBox();
    if (over === null) throw new Error("there is no plot");
    await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2);
    await plot.getByText("2 · 2026-01-05 02:00:00 UTC", { exact: true }).waitFor();
  });
});

describe("a plot that is pointed at", () => {
  const site = webSite();

  test.each([390, 1280, 1440, 2560])(
    "moves nothing at %d pixels: its name stays whole and what is below stays put",
    async (width) => {
      await site.report(
        ...Array.from({ length: 60 }, (_, i) =>
          materialized("hard/pointed", {
            timestamp: minutesAgo(60 - i),
            metadata: Object.fromEntries(
              ["lag_seconds", "partition_bytes", "rows", "seconds"].map((name) => [name, 1_000_123 + i * 7919]),
            ),
          }),
        ),
      );
      const page = await site.visit("/assets/hard/pointed", { viewport: { width, height: 900 } });
      await page.locator("figure.plot").first().scrollIntoViewIfNeeded();
      await page.locator("figure.plot canvas").nth(3).waitFor();
      const places = () =>
        page.evaluate(`[...document.querySelectorAll("figure.plot, figure.plot figcaption, figure.plot .drawing")].map((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        return [x, y, width, height];
      })`);
      const before = await places();
      const over = await page.locator("figure.plot .u-over").first().boundingBox();
      if (over === null) throw new Error("there is no plot");
      await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2);
      await page
        .locator("figure.plot [data-reading]")
        .first()
        .getByText(/ · .* UTC$/)
        .waitFor();
      expect(await places()).toEqual(before);
      const isCut = (selector: string) =>
        page.locator(selector).evaluateAll((all) => all.map((one) => one.scrollWidth > one.clientWidth));
      expect(await isCut("figure.plot [data-reading]")).toEqual([false, false, false, false]);
    },
  );
});

describe("what is narrow", () => {
  const site = webSite();
  const days = Array.from({ length: 40 }, (_, i) =>
    new Date(Date.UTC(2026, 9, 1) + i * 86_400_000).toISOString().slice(0, 10),
  );
  const gone = ["2026-10-05", "2026-10-09", "2026-10-14", "2026-10-20", "2026-10-28"];
  const texts = [
    "12,464,678,901,239",
    "1,000.00001",
    "dagster/column_schema",
    "a_name_of_several_parts.of_more",
    ...gone,
  ];

  test.each([390, 1280])("breaks no number and no date at %d pixels, and names at their marks first", async (width) => {
    await site.report(
      ...[1, 2].map((i) =>
        materialized("narrow", {
          timestamp: minutesAgo(9 - i),
          metadata: {
            trillions: 12_464_678_901_237 + i,
            float: { type: "float", raw_value: 1000.00001 },
            digits_26: { type: "int", raw_value: "12345678901234567890123456" },
            "dagster/column_schema": i,
            "a_name_of_several_parts.of_more": i,
          },
        }),
      ),
      materialized("narrow", { partitions: days.filter((day) => !gone.includes(day)), timestamp: minutesAgo(30) }),
    );
    const page = await site.visit("/assets/narrow", { viewport: { width, height: 900 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    // The lines of each text, as they are laid out.
    const lines = (await page.evaluate(`(() => {
      const found = {};
      for (const one of document.querySelectorAll("table.values bdi, table.values .figure, .missing .whole, figcaption bdi")) {
        const range = document.createRange();
        const lines = [];
        const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
        for (let top; walker.nextNode(); ) {
          for (let i = 0; i < walker.currentNode.length; i++) {
            range.setStart(walker.currentNode, i);
            range.setEnd(walker.currentNode, i + 1);
            const box = range.getBoundingClientRect();
            if (top !== box.top) lines.push("");
            top = box.top;
            lines[lines.length - 1] += walker.currentNode.data[i];
          }
        }
        (found[one.textContent] ??= []).push(lines);
      }
      return found;
    })()`)) as Record<string, readonly (readonly string[])[]>;
    for (const text of texts) {
      expect([text, lines[text] !== undefined]).toEqual([text, true]);
      for (const parts of lines[text] ?? []) {
        if (/^\d/.test(text)) expect(parts).toEqual([text]);
        else expect(parts.slice(0, -1).filter((part) => !/[/_.]$/.test(part))).toEqual([]);
      }
    }
    const long = "12,345,678,901,234,567,890,123,456";
    expect(
      lines[long]
        ?.flat()
        .slice(0, -1)
        .filter((part) => !part.endsWith(",")),
    ).toEqual([]);
  });
});

describe("partitions of days", () => {
  const site = webSite();
  const days = Array.from({ length: 1200 }, (_, i) =>
    new Date(Date.UTC(2023, 0, 1) + i * 86_400_000).toISOString().slice(0, 10),
  );
  const gone = ["2025-03-09", "2025-03-10"];

  test("have hollow cells where some are missing, the same by a script as without, and arrow keys go by months", async () => {
    await site.report(materialized("wide", { partitions: days.filter((day) => !gone.includes(day)) }));
    const page = await site.visit("/assets/wide");
    await page.getByText("2 look missing: 2025-03-09, 2025-03-10").waitFor();
    await page.locator("#grid button").first().waitFor();
    expect(await page.locator("#grid button").count()).toBe(1198);
    const gaps = page.locator("#grid .gap");
    expect(await gaps.count()).toBe(2);
    const [gap, cell] = await Promise.all([
      gaps.first().boundingBox(),
      page.locator('[value="2025-03-08"]').boundingBox(),
    ]);
    expect([gap?.width, gap?.y, gap?.x]).toEqual([cell?.width, cell?.y, (cell?.x ?? 0) + (cell?.width ?? 0) + 1]);
    expect(cell?.width).toBeGreaterThanOrEqual(8);
    await page.locator('[value="2025-02-09"]').focus();
    await page.keyboard.press("ArrowDown");
    expect(await page.locator("#grid button:focus").getAttribute("value")).toBe("2025-03-08");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowUp");
    expect(await page.locator("#grid button:focus").getAttribute("value")).toBe("2025-02-11");
    const cellsOf = `[...document.querySelectorAll("#grid .row")].map((row) =>
      [...row.children].map((one) => one.value ?? one.className + one.textContent).join())`;
    const made = await page.evaluate(cellsOf);
    const plain = await site.visit("/assets/wide", { javaScriptEnabled: false });
    await plain.getByRole("link", { name: "Show a cell for each" }).click();
    await plain.locator("#grid button").first().waitFor();
    expect(await plain.evaluate(cellsOf)).toEqual(made);
  });

  test.each([390, 2560])("fit %d pixels", async (width) => {
    const page = await site.visit("/assets/wide", { viewport: { width, height: 900 } });
    await page.locator("#grid button").first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
  });
});

describe("an asset's range", () => {
  const site = webSite();

  test("is chosen by a link, without a script too, and stays while reports come", async () => {
    const at = (minutes: number) => ({ timestamp: minutesAgo(minutes), metadata: { rows: minutes } });
    await site.report(...[9000, 8000, 90, 60].map((minutes) => materialized("ranged", at(minutes))));
    const plain = await site.visit("/assets/ranged", { javaScriptEnabled: false });
    await plain.getByText("All 4 events.").waitFor();
    await plain.getByRole("link", { name: "24 h" }).click();
    await plain.getByText("2 of 4 events, those in the last 24 h.").waitFor();
    const page = await site.visit("/assets/ranged?range=24h");
    await page.locator("#live[data-state=live]").waitFor();
    expect(await page.locator("figure.plot").getAttribute("data-values")).toBe("90 60");
    await site.report(materialized("ranged", at(1)));
    await page.getByText("3 of 5 events, those in the last 24 h.").waitFor();
    await page.locator('figure.plot[data-values="90 60 1"]').waitFor();
  });
});

describe("long texts and schemas", () => {
  const site = webSite();
  const frames = Array.from({ length: 20 }, (_, i) => `  line ${i}`);
  const traceback = ["Traceback:", ...frames, "ValueError: no rows"].join("\n");
  const columns = Array.from({ length: 45 }, (_, i) => ({
    name: `column_${i}_${"x".repeat(i === 7 ? 70 : 1)}`,
    type: "timestamp with time zone",
    description: "What it holds, in a sentence that is long enough to need more than one line.",
    constraints: { nullable: false, unique: true, other: ["length <= 255"] },
    tags: { pii: "true" },
  }));
  beforeAll(() =>
    site.report(
      materialized("texts", {
        description: "first\nsecond",
        metadata: { log: traceback, schema: { type: "table_schema", raw_value: { columns } } },
      }),
    ),
  );

  test("keep their lines, and fold under the line that says what is wrong", async () => {
    const page = await site.visit("/assets/texts");
    const shown = (selector: string) => page.evaluate(`document.querySelector("${selector}").innerText`);
    expect(await shown(".description")).toBe("first\nsecond");
    const folded = page.locator("table.values details");
    expect(await shown("table.values summary")).toBe("…ValueError: no rows");
    await folded.locator("summary").click();
    expect(String(await shown("table.values pre")).split("\n")).toHaveLength(22);
  });

  test.each(widths)("have a schema that takes the whole of %d pixels and no more", async (width) => {
    const page = await site.visit("/assets/texts", { viewport: { width, height: 900 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    const boxes = await Promise.all(["table.schema", ".head"].map((one) => page.locator(one).boundingBox()));
    const [table, head] = boxes;
    expect(Math.round(table?.width ?? 0)).toBe(Math.round(head?.width ?? 1));
    expect(table?.height).toBeLessThan(width < 500 ? 6000 : 3000);
  });
});
