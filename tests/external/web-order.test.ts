import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { checked, materialized, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

const hour = 3_600_000;
const at = (hours: number) => new Date(Date.now() + hours * hour).toISOString();

describe("names that differ in what nobody sees", () => {
  const site = webSite();
  const alike = [
    ...["eu", "eu ", " eu", "e\u200bu", "eu\n", "eu\t", "\u0435u", "e\u00adu", "\u202eue", "eu\u00a0", "EU"],
    ...["e  u", "e u"],
  ];

  test("look different as partitions, as checks, as assets and in tooltips", async () => {
    await site.report(
      ...alike.flatMap((name) => [
        materialized("alike", { partition: name, timestamp: at(-1) }),
        checked("alike", name, true),
        { ...materialized(""), asset_key: ["names", name] },
      ]),
    );
    const shown = async (path: string, selector: string) => {
      const page = await site.visit(path);
      const all = page.locator(selector);
      const texts = await all.evaluateAll((all) =>
        all.map((one) => (one.tagName === "BUTTON" && one.getAttribute("title")) || (one.textContent ?? "")),
      );
      return texts.map((text) => text.replace(/: just now|: 1 h ago/, ""));
    };
    for (const [path, selector] of [
      ["/events?asset_key=alike&type=ASSET_MATERIALIZATION", "#events .partition"],
      ["/assets/alike", "#checks .check-name"],
      ["/assets/alike", "#grid button"],
      ["/?prefix=names", "#rows a.asset"],
    ] as const) {
      const texts = await shown(path, selector);
      expect([selector, new Set(texts).size]).toEqual([selector, 13]);
      // Nothing is left in them that a reader can't see or would take for another character.
      expect(texts.filter((text) => !/^(\u0435(?=⟨0435⟩)|[\x21-\x7e␣⟨⟩])+( [\x21-\x7e]+)?$/.test(text))).toEqual([]);
    }
  });
});

describe("what happened at another time than it was reported", () => {
  const site = webSite();

  test("an event 20 h ahead stands to the right of now, which is marked", async () => {
    await site.report(...[-30, -20, -10, 20].map((hours) => materialized("ahead", { timestamp: at(hours) })));
    const page = await site.visit("/assets/ahead");
    const [now, ...marks] = (await page.evaluate(`["line.now", ".timeline rect"].flatMap((selector) =>
      [...document.querySelectorAll(selector)].map((one) => one.getBoundingClientRect().left))`)) as readonly number[];
    expect(marks).toHaveLength(4);
    expect(marks.map((left) => left > (now ?? 0))).toEqual([false, false, false, true]);
    // 30 of 50 hours are past.
    const share = ((now ?? 0) - (marks[0] ?? 0)) / ((marks[3] ?? 0) - (marks[0] ?? 0));
    expect(share).toBeCloseTo(0.6, 1);
    await page.locator(".now-label", { hasText: "now" }).waitFor();
    expect(await page.locator(".head").textContent()).toContain("in 19 h");
  });

  test("the head, the timeline, the plot and the metadata of reports out of order agree on the latest", async () => {
    await site.report(
      ...Array.from({ length: 40 }, (_, i) => (i * 17) % 40).map((age) =>
        materialized("late", { timestamp: at(-age - 1), metadata: { rows: 1000 - age }, partition: `p${age}` }),
      ),
    );
    const page = await site.visit("/assets/late");
    expect(await page.locator(".head").textContent()).toMatch(/Latest materialization\s*1 h ago\s*p0/);
    const titles = await page.locator(".timeline rect title").allTextContents();
    expect(titles).toHaveLength(40);
    expect(titles.at(-1)).toEndWith("materialized, partition p0");
    expect(titles.map((title) => title.slice(0, 16))).toEqual(titles.map((title) => title.slice(0, 16)).toSorted());
    const values = (await page.locator("figure.plot").getAttribute("data-values"))?.split(" ").map(Number);
    expect(values).toEqual(Array.from({ length: 40 }, (_, i) => 961 + i));
    expect(await page.locator("table.values .figure").first().textContent()).toBe("1,000");
    await page.getByText("In the order of receipt: some happened earlier.").waitFor();
  });
});
