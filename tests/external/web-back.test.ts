import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { materialized, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

const live = (page: Page) => page.locator("#live[data-state=live]").waitFor();

// Playwright switches the cache of whole pages off, so Back loads a page again, from the cache of answers where it is there.
describe("Back to a list that its script has asked for again", () => {
  const site = webSite();
  beforeAll(() => site.report(...["feed/a", "feed/b", "other"].map((key) => materialized(key))));

  /** Leaves the page for an asset and comes back; then looks at style, script and what is live. */
  async function leaveAndReturn(page: Page): Promise<void> {
    const left = page.url();
    await page.locator('main a[href="/assets/feed/a"]').first().click();
    await page.waitForURL((url) => url.pathname === "/assets/feed/a");
    await live(page);
    await page.goBack();
    await page.waitForURL(left);
    await live(page);
    expect(await page.locator("head style").count()).toBe(1);
    expect(await page.evaluate("getComputedStyle(document.querySelector('header')).display")).toBe("flex");
  }

  test("has style, script and the rows of its search, and goes on live", async () => {
    const page = await site.visit("/");
    await live(page);
    await page.getByRole("searchbox").pressSequentially("feed");
    await page.waitForURL((url) => url.search === "?search=feed");
    await page.getByRole("link", { name: "other" }).waitFor({ state: "detached" });
    await leaveAndReturn(page);
    expect(await page.getByRole("searchbox").inputValue()).toBe("feed");
    expect(await page.locator("main a.asset").allTextContents()).toEqual(["a", "b"]);
    await site.report(materialized("feed/c"), materialized("others"));
    await page.locator('main a[href="/assets/feed/c"]').waitFor();
    expect(await page.locator("main a.asset").allTextContents()).toEqual(["a", "b", "c"]);
  });

  test("has them after a report that came while it was open, too, and shows it", async () => {
    const page = await site.visit("/");
    await live(page);
    await site.report(materialized("feed/while"));
    await page.locator('main a[href="/assets/feed/while"]').waitFor();
    await leaveAndReturn(page);
    await page.locator('main a[href="/assets/feed/while"]').waitFor();
  });

  test("has them on the events below a prefix", async () => {
    const page = await site.visit("/events?prefix=feed");
    await live(page);
    await site.report(materialized("feed/a", { partition: "while" }));
    await page.locator("main bdi", { hasText: "while" }).first().waitFor();
    await leaveAndReturn(page);
    await page.locator("main bdi", { hasText: "while" }).first().waitFor();
    await site.report(materialized("feed/a", { partition: "later" }), materialized("other", { partition: "not" }));
    await page.locator("main bdi", { hasText: "later" }).first().waitFor();
    expect(await page.locator('main a[href="/assets/other"]').count()).toBe(0);
  });
});
