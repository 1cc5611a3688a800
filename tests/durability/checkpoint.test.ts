import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { runtimes, startServer, temporaryFolder } from "../server.ts";
import { reportUntilClosed } from "./load.ts";
import { recount } from "./recount.ts";
import type { Report } from "./reports.ts";

/** Large, so that the write-ahead log is soon full. */
function* largeReports(): Generator<Report, never> {
  for (let i = 0; ; i++) {
    const uid = String(i);
    const body = JSON.stringify({ partition: `part-${i % 28}`, metadata: { uid, text: "x".repeat(100_000) } });
    const target = `/report_asset_materialization/large/${i % 100}`;
    yield { uid, repeatable: false, request: { target, headers: [["content-type", "application/json"]], body } };
  }
}

test.each([...runtimes])(
  "a kill of the %s server while it moves the write-ahead log into the file loses nothing",
  async (runtime) => {
    const file = join(temporaryFolder(), "killed.db");
    const server = await startServer(runtime, { databaseUrl: `file:${file}` });
    const before = statSync(file).size;
    const { acknowledged, refused } = await reportUntilClosed(server.port, {
      connections: 8,
      reports: largeReports(),
      // Only a checkpoint writes to the file itself.
      onAcknowledged: () => {
        if (statSync(file).size > before + (1 << 20)) server.process.kill("SIGKILL");
      },
    });
    await server.ended;
    expect(refused).toEqual([]);

    const restarted = await startServer(runtime, { databaseUrl: `file:${file}` });
    const { found, problems } = await recount(restarted.url);
    await restarted.stop();
    expect(problems).toEqual([]);
    expect(acknowledged.filter(({ uid }) => found.get(uid) !== 1)).toEqual([]);
  },
  60_000,
);
