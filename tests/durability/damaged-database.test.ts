import { beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { materialization } from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { sendRaw } from "../raw-http.ts";
import { type RunningServer, type Runtime, runtimes, startServer, temporaryFolder } from "../server.ts";

const page = 4096;
const whole = join(temporaryFolder(), "whole.db");

/** A database of some hundred pages, all of them in its one file. */
beforeAll(async () => {
  const log = await openEventLog({ url: `file:${whole}` });
  const text = "x".repeat(300);
  await log.append([
    Array.from({ length: 3000 }, (_, i) => ({
      event: materialization(["a", String(i % 300)], { partition: `p${i}`, metadata: { text } }),
    })),
  ]);
  await log.close();
  const client = createClient({ url: `file:${whole}`, concurrency: 1 });
  await client.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  client.close();
});

const noise = (bytes: Buffer, from: number, to: number) => bytes.fill(0xff, from, to);
const damages: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ["whose first bytes are others", (bytes) => noise(bytes, 0, 16)],
  ["whose header is overwritten", (bytes) => noise(bytes, 16, 100)],
  ["whose schema is overwritten", (bytes) => noise(bytes, 100, page)],
  ["whose tables begin with noise", (bytes) => noise(bytes, page, 20 * page)],
  ["whose newest events are noise", (bytes) => noise(bytes, bytes.length - 30 * page, bytes.length)],
  ["that was cut in the middle", (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2 / page) * page)],
  ["that was cut inside a page", (bytes) => bytes.subarray(0, page + 1000)],
];
const starts = runtimes.flatMap((runtime) => damages.map(([name, damage]) => [name, runtime, damage] as const));

async function exportTears({ url }: RunningServer): Promise<void> {
  const exported = await fetch(`${url}/api/v1/events`, { headers: { accept: "application/x-ndjson" } });
  expect(exported.status).toBe(200);
  await expect(exported.text()).rejects.toThrow();
}

/** Reports on one asset after the other until the summaries of one lie on a page that is noise. */
async function reportIsRefused({ url }: RunningServer): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const { status } = await fetch(`${url}/report_asset_materialization/a/${i}?partition=p${i}`, { method: "POST" });
    if (status === 503) return;
    expect(status).toBe(200);
  }
  throw new Error("Every report was recorded.");
}

const meetings = runtimes.flatMap((runtime) => [
  ["an export", runtime, exportTears] as const,
  ["a report", runtime, reportIsRefused] as const,
]);

describe("a database", () => {
  test.each(starts)("%s stops the start of the %s server, which says what to do", async (_, runtime, damage) => {
    const file = join(temporaryFolder(), "damaged.db");
    writeFileSync(file, damage(readFileSync(whole)));
    const before = readFileSync(file);
    const start = startServer(runtime, { databaseUrl: `file:${file}` });
    await expect(start).rejects.toThrow(`ended with 1 before it listened`);
    await expect(start).rejects.not.toThrow('"level":"ERROR"'); // it is said once
    await expect(start).rejects.toThrow(
      new RegExp(
        `runless can't start: The database file:${file} is damaged \\(.*\\)\\. Look at it with runless doctor --database-url file:${file}, and go back to a backup\\.`,
      ),
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test.each([...runtimes])(
    "that turns out to be damaged later is a 503 of the %s server, and a line in its log",
    async (runtime: Runtime) => {
      const file = join(temporaryFolder(), "damaged.db");
      copyFileSync(whole, file);
      const server = await startServer(runtime, { databaseUrl: `file:${file}` });
      writeFileSync(file, noise(readFileSync(whole), 30 * page, 300 * page));
      const { status, body } = await sendRaw(server.port, { method: "GET", target: "/api/v1/events?limit=1000" });
      expect([status, JSON.parse(body)]).toEqual([503, { error: expect.stringContaining(`file:${file} is damaged`) }]);
      while (!server.output().includes("is damaged")) await new Promise((resolve) => setTimeout(resolve, 5));
      expect((await fetch(`${server.url}/health`)).status).toBe(200);
      await server.stop();
    },
  );

  test.each(meetings)(
    "that is damaged deep inside, which %s meets, leaves the %s server not ready until a restart, and one error in its log",
    async (_, runtime, meet) => {
      const file = join(temporaryFolder(), "damaged.db");
      writeFileSync(file, noise(readFileSync(whole), 200 * page, 300 * page));
      const server = await startServer(runtime, { databaseUrl: `file:${file}` });
      const ready = async ({ url }: RunningServer) => {
        const response = await fetch(`${url}/ready`);
        return [response.status, await response.json()];
      };
      expect(await ready(server)).toEqual([200, { ready: true }]);
      await meet(server);
      const reason = expect.stringMatching(
        new RegExp(
          `^The database file:${file} is damaged \\(.*\\)\\. Look at it with runless doctor .*, and go back to a backup\\.$`,
        ),
      );
      expect(await ready(server)).toEqual([503, { ready: false, reason }]);
      await meet(server);
      expect((await fetch(`${server.url}/api/v1/events?limit=100&order=asc`)).status).toBe(200);
      expect(await ready(server)).toEqual([503, { ready: false, reason }]);
      await server.stop();
      const lines: readonly Readonly<Record<string, unknown>>[] = server
        .output()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines.filter(({ level }) => level === "ERROR")).toMatchObject([
        { message: "the database is damaged", reason },
      ]);

      const again = await startServer(runtime, { databaseUrl: `file:${file}` });
      expect(await ready(again)).toEqual([200, { ready: true }]);
      await again.stop();
    },
  );
});
