// Pictures of every page from the demo's data, light and dark, on a desk and on a phone. `npm run screenshots`
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startListening } from "../bench/listening.ts";
import { launchBrowser, watchedPage } from "./web-browser.ts";

const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { only: { type: "string", default: "" }, to: { type: "string" } } });
const folder = values.to ?? join(root, "docs/screenshots");
mkdirSync(folder, { recursive: true });

const pages: Readonly<Record<string, string>> = {
  catalog: "/",
  asset: "/assets/warehouse/core/fct_orders",
  partitions: "/assets/images/product_photos",
  events: "/events",
  checks: "/checks",
};
const sizes = { desktop: { width: 1280, height: 1000 }, phone: { width: 390, height: 844 } };

const bun = join(root, "node_modules/.bin/bun");
const demo = await startListening(bun, [join(root, "adapters/cli/runless.ts"), "demo", "--port", "0", "--no-open"]);
const browser = await launchBrowser();
try {
  for (const [name, path] of Object.entries(pages).filter(([name]) => name.includes(values.only))) {
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page, complaints } = await watchedPage(browser, { viewport, colorScheme, deviceScaleFactor: 1.5 });
        await page.goto(demo.url + path);
        await page.locator("#live[data-state=live]").waitFor();
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
  await demo.stop();
}
