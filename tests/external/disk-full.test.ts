import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { RunlessInstance } from "../../adapters/index.ts";
import { materialization } from "../../core/index.ts";
import { runCli } from "../adapters/cli/run-cli.ts";
import { distinctReports } from "../durability/reports.ts";
import { openConnection } from "../raw-http.ts";
import { walkEvents } from "../read-events.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";
import { describeAsRoot } from "./as-root.ts";
import { mountSmallDisk, type SmallDisk } from "./small-disk.ts";

const connections = 8;
const refusals = 20;

describeAsRoot("a full disk", () => {
  let disk: SmallDisk;
  beforeEach(() => {
    disk = mountSmallDisk(12, 8);
  });
  afterEach(() => disk.unmount());

  test.each([...runtimes])(
    "makes the %s server answer 503, and never 200 to what is not kept; with space again, it works by itself",
    async (runtime) => {
      const databaseUrl = `file:${join(disk.folder, "runless.db")}`;
      const server = await startServer(runtime, { databaseUrl });
      const acknowledged = new Set<string>();
      const refused = new Set<string>();
      /** Reports over several connections, until so many reports were refused. */
      const fill = (server: RunningServer, round: string) =>
        Promise.all(
          Array.from({ length: connections }, async (_, c) => {
            for (let i = 0; refused.size < refusals; i++) {
              const uid = `${round}/${c}/${i}`;
              ((await report(server, uid)) ? acknowledged : refused).add(uid);
            }
          }),
        );

      await fill(server, "full");
      expect(acknowledged.size).toBeGreaterThan(0);
      const statusOf = async (path: string) => (await fetch(`${server.url}${path}`)).status;
      expect([await statusOf("/health"), await statusOf("/ready")]).toEqual([200, 503]);
      const ready = await fetch(`${server.url}/ready`);
      expect([ready.status, await ready.json()]).toEqual([
        503,
        { ready: false, reason: expect.stringContaining("is full") },
      ]);
      expect(new Set(await uidsOf(server.url))).toEqual(acknowledged);

      disk.makeRoom();
      expect((await fetch(`${server.url}/ready`)).status).toBe(200);
      for (const uid of [...refused]) {
        expect(await report(server, uid)).toBe(true);
        acknowledged.add(uid);
      }
      refused.clear();
      expect(await statusOf("/ready")).toBe(200);
      await fill(server, "again");
      await server.stop("SIGKILL");

      // The disk is full still: what is there can be read, and there is room for what the log can be tidied up by.
      let restarted = await startServer(runtime, { databaseUrl });
      const expectAll = async () =>
        expect((await uidsOf(restarted.url)).toSorted()).toEqual([...acknowledged].toSorted());
      await expectAll();
      refused.clear();
      await fill(restarted, "late");
      await expectAll();
      await restarted.stop("SIGKILL");

      // Nor does a disk without room for a single page keep it from starting, to be read.
      disk.takeAll();
      restarted = await startServer(runtime, { databaseUrl });
      await expectAll();
      await restarted.stop();
    },
    60_000,
  );
});

describeAsRoot("a small disk", () => {
  test.each([...runtimes])(
    "takes more reports to the %s server than would fit into a write-ahead log of all of it",
    async (runtime) => {
      const disk = mountSmallDisk(24, 0);
      try {
        const server = await startServer(runtime, { databaseUrl: `file:${join(disk.folder, "runless.db")}` });
        const reports = distinctReports("small");
        const send = async () => {
          const connection = await openConnection(server.port);
          for (let i = 0; i < 2000; i++) {
            const { status, body } = await connection.send(reports.next().value.request);
            expect([status, body]).toEqual([200, expect.any(String)]);
          }
          connection.close();
        };
        await Promise.all([send(), send(), send(), send()]);
        await server.stop();
      } finally {
        disk.unmount();
      }
    },
    60_000,
  );
});

describeAsRoot("vacuum on a full disk", () => {
  test("says how much room it needs, and with that it does its work", async () => {
    const disk = mountSmallDisk(48, 0);
    const databaseUrl = `file:${join(disk.folder, "runless.db")}`;
    const other = createClient({ url: databaseUrl }); // as a server beside it, for whom the write-ahead log stays
    try {
      await using instance = await RunlessInstance.get({ databaseUrl });
      const gone = materialization("gone", { description: "x".repeat(3000) });
      await instance.reportRunlessAssetEvents(Array(2000).fill(gone));
      await instance.reportRunlessAssetEvents(Array(200).fill(materialization("kept")));
      await instance.wipeAssets(["gone"]);
      const isLeft = async () => (await other.execute("SELECT 1 FROM wiped_asset")).rows.length > 0;
      while (await isLeft()) await new Promise((resolve) => setTimeout(resolve, 20));
      await other.execute("PRAGMA wal_checkpoint(TRUNCATE)");

      disk.takeAll();
      const { exitCode, stderr } = await runCli(["vacuum", "--database-url", databaseUrl]);
      const [, room] =
        /^runless: The disk is full\. .+ make up to (\d+) MB of room, and run it again\.\n$/.exec(stderr) ?? [];
      expect([exitCode, stderr]).toEqual([3, expect.stringContaining(`${room} MB`)]);
      disk.giveBack(Number(room));
      expect(await runCli(["vacuum", "--database-url", databaseUrl])).toMatchObject({ exitCode: 0, stderr: "" });
    } finally {
      other.close();
      disk.unmount();
    }
  }, 60_000);
});

/** Whether a large event was acknowledged; anything but that and 503 fails the test. */
async function report({ port }: RunningServer, uid: string): Promise<boolean> {
  const connection = await openConnection(port);
  const { status, headers, body } = await connection.send({
    target: "/report_asset_materialization/full",
    headers: [["content-type", "application/json"] as const, ["idempotency-key", uid] as const],
    body: JSON.stringify({ metadata: { uid, text: "x".repeat(10_000) } }),
  });
  connection.close();
  if (status === 200) return true;
  expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
  expect(JSON.parse(body).error).toContain("disk is full");
  return false;
}

async function uidsOf(url: string): Promise<string[]> {
  const events = await Array.fromAsync(walkEvents(url));
  return events.map(({ metadata }) => String(metadata.uid?.raw_value));
}
