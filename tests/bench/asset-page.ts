// How long an asset's page takes in Chromium until it shows what was reported last, here and in Dagster, whose overview
// of an asset that nobody declared does not show it: there it is the tab with the events.
// Options: --reports 50 --runs 5
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../external/web-browser.ts";
import { dagsterEnvironment, dagsterHome, startDagster } from "./dagster.ts";
import { endWithProcess, type Listening, startListening } from "./listening.ts";
import { median } from "./statistics.ts";

const { values } = parseArgs({
  options: { reports: { type: "string", default: "50" }, runs: { type: "string", default: "5" } },
});
const reports = Number(values.reports);
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
const contestants: Contestant[] = [
  { name: "runless", server: endWithProcess(await startListening(bun, runless)), path: "/assets/warehouse/orders" },
];
const environment = dagsterEnvironment();
if ("missing" in environment) console.log(`Without Dagster: ${environment.missing}.`);
else {
  const server = endWithProcess(await startDagster(environment.folder, dagsterHome(folder)));
  while (
    !(await fetch(server.url).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await Bun.sleep(200); // it speaks before it listens
  contestants.push({ name: "Dagster", server, path: "/assets/warehouse/orders?view=events" });
}

const browser = await launchBrowser();
console.log("| asset page | first visit, ms | again, ms | requests | kB on the wire |");
console.log("|---|---:|---:|---:|---:|");
for (const { name, server, path } of contestants) {
  const { url } = server;
  for (let i = 0; i < reports; i++) await report(url, `value ${i}`);
  const visits: Visit[] = [];
  for (let run = 0; run < Number(values.runs); run++)
    visits.push(await visit(browser, url + path, `value ${reports - 1}`));
  const of = (key: keyof Visit) => median(visits.map((one) => one[key])).toFixed(0);
  console.log(`| ${[name, of("first"), of("again"), of("requests"), of("kilobytes")].join(" | ")} |`);
}
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

interface Visit {
  readonly first: number;
  readonly again: number;
  readonly requests: number;
  readonly kilobytes: number;
}

/** By a browser that was never there, and then by the same. */
async function visit(browser: Browser, url: string, latest: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  let [requests, bytes] = [0, 0];
  devtools.on("Network.requestWillBeSent", () => void requests++);
  devtools.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  // By the page's own clock, which starts with the navigation; a frame after it is there, it is painted.
  const said = JSON.stringify(latest);
  let resolve = (_milliseconds: number) => {};
  await page.exposeFunction("shown", (milliseconds: number) => resolve(milliseconds));
  await page.addInitScript(`(function look() {
    if (document.body?.innerText.includes(${said})) requestAnimationFrame(() => shown(performance.now()));
    else requestAnimationFrame(look);
  })()`);
  const look = async () => {
    const shown = new Promise<number>((settle) => {
      resolve = settle;
    });
    await page.goto(url, { waitUntil: "commit" });
    return shown;
  };
  const first = await look();
  const [requestsOfFirst, bytesOfFirst] = [requests, bytes];
  const again = await look();
  await context.close();
  return { first, again, requests: requestsOfFirst, kilobytes: bytesOfFirst / 1000 };
}
