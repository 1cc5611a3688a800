import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { resolveConfig } from "../../../adapters/config/config.ts";
import { createApp } from "../../../adapters/server/http.ts";
import { createMemoryEventLog, EventLogError } from "../../../storage/index.ts";
import { walkEvents } from "../../read-events.ts";
import { portToReturnTo, startServer, temporaryFolder } from "../../server.ts";
import { patience, runCli, startCli } from "./run-cli.ts";

setDefaultTimeout(patience);

const padding = "x".repeat(5000);
/** Every other line has a key of its own. */
const linesOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => {
    const uid = from + i;
    const key = uid % 2 === 0 ? { idempotency_key: `own-${uid}` } : {};
    return `${JSON.stringify({ type: "ASSET_OBSERVATION", asset_key: `a${uid % 3}`, metadata: { uid, padding }, ...key })}\n`;
  }).join("");
const numbers = (count: number) => Array.from({ length: count }, (_, uid) => uid);

describe.each(["bun", "node"] as const)("on %s", (runtime) => {
  test("an import goes on where it was when its server is killed and started again, and repeats nothing", async () => {
    const databaseUrl = `file:${temporaryFolder()}/log.db`;
    const options = { databaseUrl, args: ["--port", String(await portToReturnTo())] };
    const server = await startServer(runtime, options);
    const cli = startCli(["import", "-", "--json"], { runtime, env: { RUNLESS_URL: server.url } });
    const output = Promise.all([text(cli.stdout), once(cli, "exit")]);

    // More than one request's worth; the server goes as soon as there is something of it.
    cli.stdin.write(linesOf(0, 1200));
    for (let newest = ""; !newest.includes('"id"'); ) {
      newest = await (await fetch(`${server.url}/api/v1/events?limit=1`)).text();
    }
    await server.stop("SIGKILL");
    cli.stdin.end(linesOf(1200, 2400));
    const [warning] = await once(cli.stderr, "data");
    expect(String(warning)).toMatch(/^runless: the lines from \d+ on are sent again: /);

    const again = await startServer(runtime, options);
    const [stdout, [exitCode]] = await output;
    expect(exitCode).toBe(0);
    const { received, recorded, duplicates, failed } = JSON.parse(stdout);
    expect([received, recorded + duplicates, failed]).toEqual([2400, 2400, 0]);
    const found = await Array.fromAsync(walkEvents(again.url), ({ metadata }) => Number(metadata.uid?.raw_value));
    expect(found.sort((a, b) => a - b)).toEqual(numbers(2400));
    await again.stop();
  });

  test("an import whose server can't record for a moment goes on, and repeats nothing", async () => {
    const memory = createMemoryEventLog({ now: Date.now });
    let calls = 0;
    const append: typeof memory.append = (units) => {
      const fails = ++calls === 3 || calls === 5;
      return fails ? Promise.reject(new EventLogError("unavailable", "The disk is full.")) : memory.append(units);
    };
    const app = createApp({ log: { ...memory, append }, config: resolveConfig([], {}) });
    using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch });
    const options = { runtime, env: { RUNLESS_URL: server.url.href }, input: linesOf(0, 3000) };
    const { exitCode, stdout, stderr } = await runCli(["import", "-"], options);
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(/^3000 lines: \d+ recorded, \d+ recorded before, 0 /),
    ]);
    expect(stderr).toMatch(
      /^runless: the lines from 1 on are sent again: The disk is full.*\n.*counted as recorded before/,
    );
    const { events } = await memory.query({}, { order: "asc", limit: 10_000 });
    const found = events.map(({ metadata }) => Number(metadata.uid?.rawValue));
    expect(found.sort((a, b) => a - b)).toEqual(numbers(3000));
  });
});
