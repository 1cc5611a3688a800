// How long an asset's page takes in Chromium until it shows what was reported last, here and in Dagster, whose overview
// of an asset that nobody declared does not show it: there it is the tab with the events. A page of one line, measured
// alike, says what of it is Chromium's own. They take turns, so that whatever slows the machine hits all of them.
// Options: --reports 50 --runs 9
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, launchBrowser, type Page } from "../external/web-browser.ts";
import { dagsterEnvironment, dagsterHome, startDagster } from "./dagster.ts";
import { environment } from "./environment.ts";
import { endWithProcess, type Listening, startListening } from "./listening.ts";
import { markdownTable } from "./markdown-table.ts";
import { median } from "./statistics.ts";

const { values } = parseArgs({
  options: { reports: { type: "string", default: "50" }, runs: { type: "string", default: "9" } },
});
const reports = Number(values.reports);
/** Milliseconds in which a page that is shown comes to rest: what it still does then counts to no other visit. */
const rest = 1000;
const folder = mkdtempSync(join(tmpdir(), "runless-asset-page-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const root = join(import.meta.dirname, "../..");
const bun = join(root, "node_modules/.bin/bun");
const database = `file:${join(folder, "runless.db")}`;
const runless = [join(root, "adapters/bun.ts"), "--port", "0", "--database-url", database];

interface Contestant {
  readonly name: string;
  readonly server: Listening;
  readonly path: string;
}
const latest = `value ${reports - 1}`;
const line = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () =>
    new Response(`<!doctype html><link rel="icon" href="data:,"><title>A line</title><p>${latest}`, {
      headers: { "content-type": "text/html" },
    }),
});
const contestants: Contestant[] = [
  { name: "a page of one line", server: { url: line.url.origin, stop: () => line.stop(true) }, path: "/" },
  { name: "runless", server: endWithProcess(await startListening(bun, runless)), path: "/assets/warehouse/orders" },
];
const dagster = dagsterEnvironment();
if ("missing" in dagster) console.log(`Without Dagster: ${dagster.missing}.`);
else {
  const server = endWithProcess(await startDagster(dagster.folder, dagsterHome(folder)));
  while (
    !(await fetch(server.url).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await Bun.sleep(200); // it speaks before it listens
  contestants.push({ name: "Dagster", server, path: "/assets/warehouse/orders?view=events" });
}

for (const { server } of contestants.slice(1)) {
  for (let i = 0; i < reports; i++) await report(server.url, `value ${i}`);
}
const browser = await launchBrowser();
const turns = contestants.map((contestant) => ({ ...contestant, visits: [] as PageContext[] }));
for (let run = -1; run < Number(values.runs); run++) {
  for (const { server, path, visits } of turns) {
    const visited = await visit(browser, server.url + path);
    if (run >= 0) visits.push(visited); // the first round warms the servers
  }
}
const rows: string[][] = [];
for (const { name, server, path, visits } of turns) {
  const { requests, kilobytes } = await weigh(browser, server.url + path);
  const of = (key: keyof PageContext) => median(visits.map((one) => one[key])).toFixed(0);
  rows.push([name, of("first"), of("again"), String(requests), kilobytes.toFixed(0)]);
}
const names = ["asset page", "first visit, ms", "again, ms", "requests", "kB on the wire"];
console.log(environment());
console.log(
  markdownTable(
    names.map((name, i) => ({ name, isText: i === 0 })),
    rows,
  ),
);
await browser.close();
for (const { server } of contestants) await server.stop();

async function report(url: string, said: string): Promise<void> {
  const response = await fetch(`${url}/report_asset_materialization/warehouse/orders`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ metadata: { said, rows: said.length }, data_version: said }),
  });
  if (!response.ok) throw new Error(await response.text());
}

interface PageContext {
  /** Milliseconds from the navigation until it is painted. */
  readonly first: number;
  readonly again: number;
}

/** By a browser that was never there, and then by the same. */
async function visit(browser: Browser, url: string): Promise<PageContext> {
  const { page } = await newPage(browser);
  const first = await look(page, url);
  await page.waitForTimeout(rest);
  const again = await look(page, url);
  await page.waitForTimeout(rest);
  await page.context().close();
  return { first, again };
}

async function newPage(browser: Browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  const page = await context.newPage();
  // By the page's own clock, which starts with the navigation. It looks at the text whenever that changes, and what is
  // in it is painted with the next frame: the first task after that frame's callbacks comes after the frame.
  await page.addInitScript(`globalThis.shown = new Promise((resolve) => {
    const look = () => {
      if (!document.body?.textContent.includes(${JSON.stringify(latest)})) return;
      if (!document.body.innerText.includes(${JSON.stringify(latest)})) return;
      changes.disconnect();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      requestAnimationFrame(() => port2.postMessage(0));
    };
    const changes = new MutationObserver(look);
    changes.observe(document, { childList: true, subtree: true, characterData: true });
  })`);
  return { page, devtools: await context.newCDPSession(page) };
}

async function look(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: "commit" });
  return page.evaluate("shown");
}

/** All that loads of a page until nothing more comes. */
async function weigh(
  browser: Browser,
  url: string,
): Promise<{ readonly requests: number; readonly kilobytes: number }> {
  const { page, devtools } = await newPage(browser);
  await devtools.send("Network.enable");
  let [requests, bytes] = [0, 0];
  devtools.on("Network.requestWillBeSent", () => void requests++);
  devtools.on("Network.dataReceived", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  devtools.on("Network.responseReceived", ({ response }) => {
    bytes += response.encodedDataLength; // of the headers, before its body came
  });
  await look(page, url);
  await page.waitForTimeout(3 * rest);
  await page.context().close();
  return { requests, kilobytes: bytes / 1000 };
}
