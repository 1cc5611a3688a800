import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { watchLabels } from "./axis-labels.ts";
import { materialized, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

const hour = 3_600_000;
/** How long the reports of an asset took, by its name. */
const spans = {
  seconds: 20_000,
  minutes: 600_000,
  "an hour": hour,
  "20 h": 20 * hour,
  "25 h": 25 * hour,
  "36 h": 36 * hour,
  "47 h": 47 * hour,
  "50 h": 50 * hour,
  "5 d": 120 * hour,
  "10 d": 241 * hour,
  "3 mo": 90 * 24 * hour,
  "10 y": 3650 * 24 * hour,
};

describe("the time axis of a plot", () => {
  const site = webSite();
  beforeAll(async () => {
    const now = Date.parse("2026-11-30T20:00:07Z");
    for (const [name, span] of Object.entries(spans)) {
      await site.report(
        ...Array.from({ length: 30 }, (_, i) =>
          materialized(`span/${name}`, {
            timestamp: new Date(now - (span * (29 - i)) / 29).toISOString(),
            metadata: { rows: i % 7 },
          }),
        ),
      );
    }
  });

  test.each([390, 1280, 2560])("has labels that differ and are whole, at %d pixels over any span", async (width) => {
    const page = await site.visit("/ready", { viewport: { width, height: 900 } });
    site.tolerate(/status of 404/);
    const labels = await watchLabels(page);
    for (const name of Object.keys(spans)) {
      await page.goto(`${site.server.url}/assets/span/${name}`);
      await page.locator("figure.plot").scrollIntoViewIfNeeded();
      await page.locator("figure.plot canvas").waitFor();
      const all = await labels();
      expect([name, all.filter(({ isWhole }) => !isWhole).map(({ text }) => text)]).toEqual([name, []]);
      const texts = all.filter(({ axis }) => axis === "x").map(({ text }) => text);
      expect([name, texts.length > 1, texts]).toEqual([name, true, [...new Set(texts)]]);
    }
  });
});
