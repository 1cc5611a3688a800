import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { reportDemo, webSite } from "./web-site.ts";

setDefaultTimeout(60_000);

// The heaviest of their kind; tests/adapters/web/weight.test.ts has them all.
const paths = [
  ...["/", "/?sort=latest", "/events", "/events/1", "/checks", "/alerts", "/docs"],
  "/assets/images/product_photos",
  "/assets/vendor/exchange_rates",
  "/assets/warehouse/core/fct_orders",
];

describe("what Chromium loads of a page of the demo without being touched", () => {
  const site = webSite();
  beforeAll(() => reportDemo(site.server.url));

  describe.each([["br"], ["gzip"]] as const)("by %s", (encoding) => {
    test.each(paths)("is less than 60 kB on the wire: %s", async (path) => {
      // "/ready" loads nothing that a page does; a browser asks for its icon.
      site.tolerate(/status of 404/);
      const page = await site.visit("/ready", { extraHTTPHeaders: { "accept-encoding": encoding } });
      const devtools = await page.context().newCDPSession(page);
      await devtools.send("Network.enable");
      await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
      const loaded: Record<string, number> = {};
      const names = new Map<string, string>();
      devtools.on("Network.requestWillBeSent", ({ requestId, request }) => {
        names.set(requestId, request.url.split("/").at(-1) ?? "");
      });
      devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
        loaded[names.get(requestId) ?? ""] = encodedDataLength;
      });
      const response = await page.goto(site.server.url + path, { waitUntil: "load" });
      expect(response?.headers()["content-encoding"]).toBe(encoding);
      if (/^\/(assets|events$|checks|\?|$)/.test(path)) await page.locator("#live[data-state=live]").waitFor();
      // Every plot in sight, on a screen as tall as the page.
      await page.setViewportSize({ width: 1280, height: 5000 });
      if ((await page.locator("figure.plot").count()) > 0) await page.locator("figure.plot canvas").first().waitFor();
      const sum = Object.values(loaded).reduce((sum, bytes) => sum + bytes, 0);
      expect([path, sum < 60_000 ? "less than 60 kB" : loaded]).toEqual([path, "less than 60 kB"]);
      expect(Object.keys(loaded).length).toBeGreaterThan(0);
    });
  });
});
