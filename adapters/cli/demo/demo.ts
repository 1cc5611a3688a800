import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { openStores } from "../../../storage/index.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { examples, readCount } from "../log-command.ts";
import { demoDays } from "./demo-events.ts";
import { fillDemo } from "./fill-demo.ts";

export const demoCommand = new Command("demo")
  .description(
    `Fill a new database with a believable month of events and definitions, serve it, and open it in a browser where ` +
      "there is a terminal. The database goes away with the server unless it is named.",
  )
  .option("--port <port>", "port to listen on; 0 takes a free one", "3000")
  .option("--database-url <url>", "an empty database to fill and keep")
  .option("--seed <number>", "another month than everybody's", readCount, 7)
  .option("--no-open", "leave the browser alone")
  .addHelpText("after", examples("demo", "demo --port 3001 --database-url file:demo.db"))
  .action(async ({ port, databaseUrl: given, seed, open }) => {
    const databaseUrl = given ?? `file:${join(temporaryFolder(), "runless.db")}`;
    await fill(databaseUrl, seed);
    // The server reads the flags itself, as for `runless serve`. Its banner has the address.
    process.argv.splice(2, process.argv.length, "serve", "--port", port, "--database-url", databaseUrl);
    await (process.versions.bun === undefined ? import("../../node.ts") : import("../../bun.ts"));
    if (open && process.stdout.isTTY === true && port !== "0") openBrowser(`http://127.0.0.1:${port}/`);
  });

async function fill(url: string, seed: number): Promise<void> {
  const now = Date.now();
  let clock = now;
  const stores = await openStores({ url, now: () => clock });
  try {
    if ((await stores.log.query({}, { limit: 1, order: "desc" })).events.length > 0) {
      throw new CommandError(exitCodes.usage, `The demo fills an empty database, and ${url} has events in it.`);
    }
    const setClock = (time: number) => {
      clock = time;
    };
    const { events, assets } = await fillDemo(stores, { now, seed, setClock });
    console.log(`${events.toLocaleString("en")} events of ${assets} assets, as if of the last ${demoDays} days`);
  } finally {
    await stores.log.close();
  }
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "runless-demo-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a browser. Does nothing if there is none: the banner has the address. */
function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === "darwin" ? ["open"] : process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
  const child = spawn(command ?? "", [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
