// Pictures of every page from the demo's data, light and dark, on a desk and on a phone. `npm run screenshots`, or of the
// hard log: `npm run screenshots -- --hard folder`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startListening } from "../bench/listening.ts";
import { photographHardLog } from "./hard-screenshots.ts";
import { launchBrowser, watchedPage } from "./web-browser.ts";

const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, to: { type: "string" }, hard: { type: "string" } },
});
if (values.hard !== undefined) {
  await photographHardLog(values.hard, values.only);
  process.exit();
}
const folder = values.to ?? join(root, "docs/screenshots");
mkdirSync(folder, { recursive: true });

const pages: Readonly<Record<string, string>> = {
  catalog: "/",
  asset: "/assets/warehouse/core/fct_orders",
  partitions: "/assets/images/product_photos",
  events: "/events",
  event: "/events/18000",
  checks: "/checks",
  alerts: "/alerts",
};
/** Of a server with a token, and with nothing in it. */
const emptyPages: Readonly<Record<string, string>> = { "sign-in": "/sign-in", empty: "/" };
const secret = "a-secret-of-some-length";
/** Nothing on them changes. */
const stillPages: readonly string[] = ["sign-in", "event"];
const sizes = { desktop: { width: 1280, height: 1000 }, phone: { width: 390, height: 844 } };

const bun = join(root, "node_modules/.bin/bun");
const runless = (...args: readonly string[]) => [join(root, "adapters/cli/runless.ts"), ...args, "--port", "0"];
const demo = await startListening(bun, runless("demo", "--no-open"));
const empty = await startListening(bun, runless("serve", "--database-url", ":memory:"), {
  env: { RUNLESS_TOKENS: `on-call:admin=${secret}` },
});
const shots = [
  ...Object.entries(pages).map(([name, path]) => ({ name, url: demo.url + path })),
  ...Object.entries(emptyPages).map(([name, path]) => ({ name, url: empty.url + path })),
].filter(({ name }) => name.includes(values.only));
const browser = await launchBrowser();
try {
  for (const { name, url } of shots) {
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page, complaints } = await watchedPage(browser, { viewport, colorScheme, deviceScaleFactor: 1.5 });
        await page.goto(url);
        if (name === "empty") {
          await page.getByLabel("Token").fill(secret);
          await page.keyboard.press("Enter");
        }
        if (!stillPages.includes(name)) await page.locator("#live[data-state=live]").waitFor();
        // What comes after the page itself, where it is in sight.
        if (name === "asset" && size === "desktop")
          await page.locator("figure.plot canvas").first().waitFor({ state: "attached" });
        if (name === "partitions") await page.locator("#grid button").first().waitFor();
        const devtools = await page.context().newCDPSession(page); // Playwright itself makes no WebP
        const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 80 });
        writeFileSync(join(folder, `${name}-${size}-${colorScheme}.webp`), Buffer.from(data, "base64"));
        console.log(`${name}, ${size}, ${colorScheme}${complaints.map((text) => `\n  ${text}`).join("")}`);
        await page.context().close();
      }
    }
  }
} finally {
  await browser.close();
  await Promise.all([demo.stop(), empty.stop()]);
}
