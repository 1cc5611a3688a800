import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { openConnection, type RawRequest } from "../raw-http.ts";
import { runtimes, startServer, temporaryFolder } from "../server.ts";
import { reportUntilClosed } from "./load.ts";
import { recount } from "./recount.ts";
import { distinctReports } from "./reports.ts";

const signals = ["SIGTERM", "SIGINT"] as const;
const idleConnections: readonly (readonly [string, readonly RawRequest[]])[] = [
  ["never asked anything", []],
  ["has its answer", [{ method: "GET", target: "/health" }]],
];
const acknowledgementsBeforeTheSignal = 200;

describe.each([...runtimes])("a %s server that is asked to stop mid-load", (runtime) => {
  test.each([...signals])(
    "finishes what it accepted and ends with 0 on %s",
    async (signal) => {
      const databaseUrl = `file:${join(temporaryFolder(), "stopped.db")}`;
      const stopped = await startServer(runtime, { databaseUrl });
      const { acknowledged, unanswered, refused } = await reportUntilClosed(stopped.port, {
        connections: 16,
        reports: distinctReports(signal),
        onAcknowledged: (count) => {
          if (count === acknowledgementsBeforeTheSignal) stopped.process.kill(signal);
        },
      });
      expect(await stopped.ended).toBe(0);
      expect(unanswered.map(({ received }) => received)).toEqual(unanswered.map(() => ""));
      // A server that stops may say so in a whole answer.
      expect(refused.map(({ answer }) => answer.status)).toEqual(refused.map(() => 503));

      const restarted = await startServer(runtime, { databaseUrl });
      const { found, problems } = await recount(restarted.url);
      await restarted.stop();
      expect(problems).toEqual([]);
      // Also the other way round: nothing is recorded whose caller was not told.
      expect([...found].sort()).toEqual(acknowledged.map(({ uid }) => [uid, 1] as [string, number]).sort());
    },
    30_000,
  );

  test.each([...idleConnections])("does not wait for a connection that %s", async (_, requests) => {
    const server = await startServer(runtime);
    const connection = await openConnection(server.port);
    for (const request of requests) await connection.send(request);
    expect(await server.stop("SIGTERM")).toBe(0);
    connection.close();
  });

  test("leaves everything in the one file, which may be copied then", async () => {
    const file = join(temporaryFolder(), "runless.db");
    const server = await startServer(runtime, { databaseUrl: `file:${file}` });
    await fetch(`${server.url}/report_asset_materialization/a`, { method: "POST" });
    expect(await server.stop()).toBe(0);
    expect(statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });

  test("ends at once, with 1, when it is asked a second time", async () => {
    const server = await startServer(runtime);
    const socket = connect(server.port, "127.0.0.1");
    socket.write(
      "POST /report_asset_materialization/a HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n",
    );
    socket.write("content-length: 100\r\n\r\n{");
    await untilRead(server.url);
    server.process.kill("SIGTERM");
    await until(() => server.output().includes("a second signal ends it at once"));
    const asking = setInterval(() => server.process.kill("SIGTERM"), 50);
    expect(await server.stop("SIGTERM")).toBe(1);
    clearInterval(asking);
    socket.destroy();
  });

  test("takes two signals at once for one, as Ctrl-C under npm sends them", async () => {
    const server = await startServer(runtime);
    const socket = connect(server.port, "127.0.0.1");
    socket.write("POST /report_asset_materialization/a HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{");
    await untilRead(server.url);
    server.process.kill("SIGINT");
    await until(() => server.output().includes("a second signal ends it at once"));
    server.process.kill("SIGINT");
    socket.destroy();
    expect(await server.ended).toBe(0);
  });

  test("gives a body that never ends up after --shutdown-seconds", async () => {
    const server = await startServer(runtime, { args: ["--shutdown-seconds", "1"] });
    const socket = connect(server.port, "127.0.0.1");
    const head =
      "POST /report_asset_materialization/a HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    socket.write(`${head}content-length: 100\r\n\r\n{`);
    await untilRead(server.url);
    expect(await server.stop("SIGTERM")).toBe(0);
    socket.destroy();
  });
});

/** Goes round the event loop until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** By when what was sent before on another connection has been read: the server has turned to its sockets a few times. */
async function untilRead(url: string): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await fetch(`${url}/health`);
}
