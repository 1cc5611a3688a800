import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hardPages, writeHardLog } from "../bench/hard-log.ts";
import { startListening } from "../bench/listening.ts";
import { temporaryFolder } from "../server.ts";
import { launchBrowser, watchedPage } from "./web-browser.ts";

const root = join(import.meta.dirname, "../..");
const widths = [390, 1280, 1440, 2560];
/** What is below this on a long page is left out, in pixels. */
const tallest = 3000;

/**
 * Writes pictures of the pages of the hard log whose names contain `only`, at four widths, light and dark, into a folder.
 * They are for whoever changes the pages, and are not committed. What a page complains of is printed.
 */
export async function photographHardLog(folder: string, only: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const file = join(temporaryFolder(), "hard.db");
  await writeHardLog(file, Date.now());
  const server = await startListening(join(root, "node_modules/.bin/bun"), [
    join(root, "adapters/cli/runless.ts"),
    ...["serve", "--database-url", `file:${file}`, "--port", "0"],
  ]);
  const browser = await launchBrowser();
  try {
    for (const [name, path] of Object.entries(hardPages).filter(([name]) => name.includes(only))) {
      for (const width of widths) {
        for (const colorScheme of ["light", "dark"] as const) {
          const viewport = { width, height: 1000 };
          const { page, complaints } = await watchedPage(browser, { viewport, colorScheme });
          await page.goto(server.url + path);
          await page.locator("#live[data-state=live]").waitFor();
          // All of the page is in sight, so that all of its plots are drawn.
          const height = Number(await page.evaluate("document.documentElement.scrollHeight"));
          await page.setViewportSize({ width, height: Math.min(Math.max(height, 400), tallest) });
          if ((await page.locator("figure.plot").count()) > 0)
            await page.locator("figure.plot canvas").first().waitFor();
          await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
          console.log(`${name}, ${width}, ${colorScheme}${complaints.map((text) => `\n  ${text}`).join("")}`);
          await page.context().close();
        }
      }
    }
  } finally {
    await browser.close();
    await server.stop();
  }
}
