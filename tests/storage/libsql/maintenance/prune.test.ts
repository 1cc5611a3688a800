import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import type { Client } from "@libsql/client";
import { materialization } from "../../../../core/index.ts";
import { openEventLog } from "../../../../storage/index.ts";
import { openConnection } from "../../../../storage/libsql/connection.ts";
import { FileWriter } from "../../../../storage/libsql/file/file-writer.ts";
import { findExpired, pruneEvents, readPrunedId } from "../../../../storage/libsql/maintenance/prune.ts";
import { temporaryFolder } from "../../../server.ts";
import { plannedWipe } from "../planned-wipe.ts";

const all = { ASSET_MATERIALIZATION: 10 };
let file = "";
let client: Client;
let writer: FileWriter;

/** Events 1 to 4 of a, and 5 of b. */
beforeEach(async () => {
  file = join(temporaryFolder(), "log.db");
  const url = `file:${file}`;
  const log = await openEventLog({ url, now: () => 0 });
  await log.append([
    ...Array.from({ length: 4 }, () => [{ event: materialization("a") }]),
    [{ event: materialization("b") }],
  ]);
  await log.close();
  client = await openConnection({ url });
  writer = new FileWriter(file);
});
afterEach(() => {
  writer.close();
  client.close();
});

test("a look finds what has expired, and not what is kept", async () => {
  expect(await findExpired(client, all, 0)).toEqual({ ids: [1, 2, 3], last: undefined });
  expect(await findExpired(client, all, 2)).toEqual({ ids: [3], last: undefined });
});

test("a look finds no more than a few large events at a time", async () => {
  const log = await openEventLog({ url: `file:${file}`, now: () => 0 });
  const large = materialization("large", { description: "x".repeat(3 << 20) });
  await log.append([...Array.from({ length: 5 }, () => [{ event: large }]), [{ event: materialization("b") }]]);
  await log.close();
  expect(await findExpired(client, all, 0)).toEqual({ ids: [1, 2, 3, 5, 6, 7], last: 7 });
  expect(await findExpired(client, all, 7)).toEqual({ ids: [8, 9], last: undefined });
});

test("a look finds nothing of what a wipe has hidden, which goes by itself", async () => {
  await plannedWipe(client, writer, { assetKey: ["a"] });
  expect(await findExpired(client, all, 0)).toEqual({ ids: [], last: undefined });
  expect(await pruneEvents(writer, [1, 2, 3])).toBe(0);
  expect(await readPrunedId(client, undefined)).toBe(0);
});

test("an event that has become the latest since the look stays", async () => {
  const { ids } = await findExpired(client, all, 0);
  await plannedWipe(client, writer, { eventId: 4 });
  expect(await pruneEvents(writer, ids)).toBe(2);
  const { rows } = await client.execute("SELECT id FROM event ORDER BY id");
  expect(rows.map(({ id }) => id)).toEqual([3, 5, 6]);
});
