import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { checked, materialized, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

describe("the page of alerts in a browser", () => {
  const site = webSite();
  beforeAll(async () => {
    const soon = { type: "time_window", fail_window: "6s" };
    const body = JSON.stringify({ assets: [{ key: "raw/orders", owners: ["team:shop"], freshness: soon }] });
    await fetch(`${site.server.url}/api/v1/definitions?source=test`, { method: "PUT", body });
  });

  test("shows what becomes late and what fails while it is open, and what recovers", async () => {
    const page = await site.visit("/alerts");
    await page.locator("#live[data-state=live]").waitFor();
    await page.getByText("Nothing came for too long.").waitFor();
    const number = page.locator("nav .firing");
    await page.locator("nav .firing", { hasText: "1" }).waitFor();
    await site.report(checked("raw/stock", "no_nulls", false));
    await page.getByRole("link", { name: "no_nulls" }).waitFor();
    expect(await number.textContent()).toBe("2");
    await site.report(checked("raw/stock", "no_nulls", true));
    await page.getByRole("link", { name: "no_nulls" }).waitFor({ state: "detached" });
    await site.report(materialized("raw/orders"));
    await page.getByText("Nothing is late, nothing fails.").waitFor();
    await page.getByText("Nothing came for too long.").waitFor();
  });

  test.each([true, false])("mutes and unmutes, and stays where it was, with scripts: %s", async (javaScriptEnabled) => {
    const page = await site.visit("/alerts?kind=freshness", { javaScriptEnabled });
    await page.getByText("Nothing came for too long.").waitFor();
    await page.getByText("Mute or close").last().click();
    await page.getByRole("button", { name: "4 h" }).click();
    await page.getByText("muted, ends in 3 h").waitFor();
    expect(new URL(page.url()).search).toBe("?kind=freshness");
    await page.locator("#mutes").getByRole("button", { name: "Unmute" }).click();
    await page.locator("#mutes").waitFor({ state: "detached" });
  });

  test("breaks no line out of a phone, and lets every button be reached by keys", async () => {
    const key = `${"long".repeat(60)}/${"deep/".repeat(12)}table_of_a_name_that_is_too_long_for_any_phone`;
    await site.report(checked(key, "check_".repeat(30), false, { partition: "p".repeat(300) }));
    const page = await site.visit("/alerts", { viewport: { width: 390, height: 844 } });
    await page.getByText("check_check_").first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    const summary = page.locator("summary").first();
    await summary.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("1 h");
  });
});
