import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { checked, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

describe("what has room beside it", () => {
  const site = webSite();
  const keys = Array.from({ length: 30 }, (_, i) => `warehouse/raw/customers/fct_customers_${100 + i}`);
  beforeAll(() =>
    site.report(
      ...keys.map((key, i) => checked(key, "row_count_in_range", false, { metadata: { rows: 20_000 + i } })),
      checked("other", "loads", false, { description: "A sentence that fills whatever room it is given. ".repeat(9) }),
    ),
  );

  test.each([1280, 1440, 2560])("the name of an asset whose check fails is in one line at %d pixels", async (width) => {
    const page = await site.visit("/checks", { viewport: { width, height: 900 } });
    const heights = await page.locator("#rows .asset").evaluateAll((all) => all.map((one) => one.clientHeight));
    expect(heights).toHaveLength(31);
    expect(Math.max(...heights)).toBeLessThan(30);
  });

  test.each([390, 1280, 2560])(
    "an address that leads nowhere is in line with the header at %d pixels",
    async (width) => {
      site.tolerate(/status of 404/);
      const page = await site.visit("/nope", { viewport: { width, height: 900 } });
      const lefts = (await page.evaluate(`["header .mark", "main h1", "main p"].map((selector) =>
      Math.round(document.querySelector(selector).getBoundingClientRect().left))`)) as readonly number[];
      expect(new Set(lefts).size).toBe(1);
    },
  );
});
