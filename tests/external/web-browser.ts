import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export type { Browser, Page };

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The system's Chromium. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? places.find(existsSync);
  if (executablePath === undefined) throw new Error("Chromium must be installed for this test (.ci/run installs it).");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

export interface WatchedPage {
  readonly page: Page;
  /** What no page may do: errors, messages of errors and warnings on the console, violations of the page's policy. */
  readonly complaints: readonly string[];
}

export async function watchedPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const complaints: string[] = [];
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(`error: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol !== "data:" && hostname !== "127.0.0.1") complaints.push(`another host: ${request.url()}`);
  });
  if (options.javaScriptEnabled !== false) {
    await page.exposeFunction("complain", (text: string) => void complaints.push(text));
    await page.addInitScript(
      'document.addEventListener("securitypolicyviolation", (e) => complain("policy: " + e.violatedDirective + " " + e.blockedURI + " " + e.sample))',
    );
  }
  return { page, complaints };
}
