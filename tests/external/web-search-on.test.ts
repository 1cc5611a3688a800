import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { materialized, webSite } from "./web-site.ts";

setDefaultTimeout(120_000);

describe("events that lie far back", () => {
  const site = webSite();
  beforeAll(async () => {
    await site.report(...Array.from({ length: 900 }, (_, i) => materialized(`old/feed_${i}`)));
    for (let i = 0; i < 60; i++) {
      await site.report(...Array.from({ length: 1000 }, (_, n) => materialized("busy", { partition: `n${n}` })));
    }
  });

  test("below a prefix of many assets are shown without a click", async () => {
    const page = await site.visit("/events?prefix=old");
    await page.getByRole("row", { name: "feed_899" }).waitFor();
    expect(await page.locator("#events tr").count()).toBe(50);
  });

  test("below a prefix without assets are said to be none at once", async () => {
    const page = await site.visit("/events?prefix=none");
    await page.getByText("No event matches.").waitFor();
    expect(await page.getByText("Search on").count()).toBe(0);
  });

  test("are searched on for by the page, which says so and can be stopped", async () => {
    const { cursor } = (await (
      await fetch(`${site.server.url}/api/v1/events?limit=9&prefix=old&order=desc`)
    ).json()) as {
      readonly cursor: string;
    };
    const page = await site.visit("/events?prefix=busy");
    // The server has found nothing in the time that it has for a page.
    let asked = 0;
    await page.route(/\/events\?prefix=old/, async (route) => {
      asked++;
      if (asked > 3) return route.continue();
      const response = await route.fetch();
      const list = `<p class="none">Searched back to ${asked}, nothing yet.</p><nav class="pager">
        <a href="/events?prefix=old&amp;cursor=${encodeURIComponent(cursor)}" data-search-on="">Search on</a></nav></div></main>`;
      const body = (await response.text()).replace(/(<div id="list"[^>]*>).*<\/main>/s, `$1${list}`);
      await new Promise((resolve) => setTimeout(resolve, 400));
      return route.fulfill({ response, body });
    });
    await page.goto(`${site.server.url}/events?prefix=old`);
    await page.getByText("Searched back to 1, nothing yet.").waitFor();
    await page.getByText("Searching on…").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    const link = page.getByRole("link", { name: "Search on" });
    await link.waitFor();
    await page.waitForTimeout(2500);
    const stoppedAt = asked;
    expect(stoppedAt).toBeLessThan(3);
    await link.waitFor();
    await link.click();
    await page.getByRole("row", { name: "feed_890" }).waitFor();
    expect(asked).toBeGreaterThan(3);
    expect(new URL(page.url()).searchParams.get("cursor")).toMatch(/^\d+-/);
    expect(await page.getByText("Searching on…").count()).toBe(0);
    expect(await page.locator("#live").isHidden()).toBe(true);
  });
});
