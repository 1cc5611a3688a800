import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Client } from "@libsql/client";
import { checkEvaluation, materialization, type RunlessEvent } from "../../../../../core/index.ts";
import { openLibsqlEventLog } from "../../../../../storage/index.ts";
import { openConnection } from "../../../../../storage/libsql/connection.ts";
import { FileWriter } from "../../../../../storage/libsql/file/file-writer.ts";
import { deleteHidden, findHidden, rowsPerStep } from "../../../../../storage/libsql/maintenance/wipe/purge.ts";
import { migrate } from "../../../../../storage/libsql/migrations/migrate.ts";
import { encodeEvent } from "../../../../../storage/libsql/write/event-row.ts";
import { joinRows } from "../../../../../storage/libsql/write/group.ts";
import { writeGroup } from "../../../../../storage/libsql/write/write-group.ts";
import { temporaryFolder } from "../../../../server.ts";
import { plannedWipe } from "../../planned-wipe.ts";

let url = "";
let client: Client;
let writer: FileWriter;
beforeEach(async () => {
  const file = join(temporaryFolder(), "runless.db");
  url = `file:${file}`;
  client = await openConnection({ url });
  await migrate(client);
  writer = new FileWriter(file);
});
afterEach(() => {
  writer.close();
  client.close();
});

/** Records events, each under a key of its own that begins with `prefix`. */
async function write(events: readonly RunlessEvent[], prefix = "k"): Promise<void> {
  const rows = events.map((event, i) => encodeEvent(event, { key: `${prefix}${i}`, fingerprint: String(i) }));
  await writeGroup(writer, { rows: joinRows(rows), sizes: [rows.length], keyed: true, checks: true, now: 0 });
}

async function count(table: string): Promise<number> {
  const { rows } = await client.execute(`SELECT count(*) AS n FROM ${table}`);
  return Number(rows[0]?.n);
}

/** Of events, keys and summaries. */
const counts = () => Promise.all(["event", "idempotency", "summary"].map(count));

async function step(): Promise<boolean> {
  const [hidden] = await findHidden(client);
  if (hidden !== undefined) await deleteHidden(client, writer, hidden);
  return hidden !== undefined;
}

/** How many steps it takes until nothing is left, none of which deletes much. */
async function deleteAll(): Promise<number> {
  let left = await counts();
  for (let steps = 0; ; steps++) {
    if (!(await step())) return steps;
    const now = await counts();
    for (const [i, rows] of now.entries()) expect((left[i] ?? 0) - rows).toBeLessThanOrEqual(rowsPerStep);
    left = now;
  }
}

async function waitUntilEmpty(table: string): Promise<void> {
  const log = await openLibsqlEventLog({ url });
  while ((await count(table)) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await log.close();
}

test("steps that are found at once go one after the other", async () => {
  await write(Array.from({ length: 5 * rowsPerStep + 7 }, () => materialization("a", { partition: "p" })));
  for (const target of [{ assetKey: ["a"], partition: "p" }, { assetKey: ["a"] }]) {
    await plannedWipe(client, writer, target);
    const steps = await findHidden(client);
    const ids = steps.flatMap(({ eventIds }) => JSON.parse(eventIds) as readonly number[]); // as findHidden writes them
    expect([steps.length, ids.length]).toEqual([6, 5 * rowsPerStep + 7]);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    for (const step of steps) await deleteHidden(client, writer, step);
    expect(await findHidden(client)).toEqual([]);
    await write(
      Array.from({ length: 5 * rowsPerStep + 7 }, () => materialization("a")),
      "again",
    );
  }
});

describe("the rows of a wiped asset", () => {
  beforeEach(async () => {
    const gone = Array.from({ length: 3 * rowsPerStep }, (_, i) => materialization("gone", { partition: String(i) }));
    await write([...gone, materialization("kept")]);
    await plannedWipe(client, writer, { assetKey: ["gone"] });
  });
  const kept = [2, 1, 1]; // the other asset's event, and the trace

  test("go in chunks afterwards, and nobody else's with them", async () => {
    expect((await counts())[0]).toBe(3 * rowsPerStep + 2);
    await deleteAll();
    expect(await counts()).toEqual(kept);
    expect(await count("wiped_asset")).toBe(0);
  });

  test("go after the next start, where a crash came before", async () => {
    await step();
    await waitUntilEmpty("wiped_asset");
    expect(await counts()).toEqual(kept);
  });
});

describe("the rows of a wiped partition", () => {
  const p = { partition: "p" };
  const ofP = (count: number) => Array.from({ length: count }, () => materialization("a", p));
  const others = [
    materialization("a"),
    materialization("a", { partition: "q" }),
    checkEvaluation("a", { checkName: "c", passed: true }),
    materialization("b", p),
  ];
  /** Events, keys, and summaries: of kinds, of q, of the check and the check without a partition; of b, and of p there. */
  const kept = [5, 4, 7];

  test.each([0, 1, rowsPerStep - 1, rowsPerStep, rowsPerStep + 1, 5 * rowsPerStep])(
    "go in chunks afterwards, and nobody else's with them: %d of them",
    async (n) => {
      await write([...ofP(n), ...others, materialization("a", p)]);
      await plannedWipe(client, writer, { assetKey: ["a"], partition: "p" });
      expect(await deleteAll()).toBe(Math.ceil((n + 1) / rowsPerStep));
      expect(await counts()).toEqual(kept);
      expect(await count("wiped_partition")).toBe(0);
    },
  );

  test("go after the next start, where a crash came before", async () => {
    await write([...ofP(2 * rowsPerStep), ...others]);
    await plannedWipe(client, writer, { assetKey: ["a"], partition: "p" });
    await step();
    await waitUntilEmpty("wiped_partition");
    expect(await counts()).toEqual(kept);
  });

  test("go with those of a second wipe that comes meanwhile, and what came after it stays", async () => {
    await write([...ofP(rowsPerStep + 200), ...others]);
    await plannedWipe(client, writer, { assetKey: ["a"], partition: "p" });
    await step();
    await write(ofP(100), "again");
    const [found] = await findHidden(client);
    await plannedWipe(client, writer, { assetKey: ["a"], partition: "p" });
    // What was found before the second wipe is all of the first, and not all any more.
    if (found !== undefined) await deleteHidden(client, writer, found);
    expect(await count("wiped_partition")).toBe(1);
    await write(ofP(3), "third");
    await deleteAll();
    const [events, keys] = await counts();
    expect([events, keys]).toEqual([4 + 2 + 3, 4 + 3]);
  });

  test("go with their asset where that is wiped meanwhile", async () => {
    await write([...ofP(rowsPerStep + 200), ...others]);
    await plannedWipe(client, writer, { assetKey: ["a"], partition: "p" });
    await step();
    await plannedWipe(client, writer, { assetKey: ["a"] });
    await deleteAll();
    expect(await counts()).toEqual([3, 1, 2]);
    expect(await Promise.all(["wiped_partition", "wiped_asset"].map(count))).toEqual([0, 0]);
  });

  test("leave a key that was used again, and take those that were not", async () => {
    await write(ofP(3));
    await plannedWipe(client, writer, { assetKey: ["a"], partition: "p" });
    await write([materialization("a", { partition: "q" })]);
    await deleteAll();
    const { rows } = await client.execute("SELECT key, event_id FROM idempotency");
    expect(rows.map(({ key, event_id }) => [key, event_id])).toEqual([["k0", 5]]);
  });

  test("are looked for in steps too, however few they are", async () => {
    await write([materialization("a", p), ...Array.from({ length: 45_000 }, () => materialization("a")), ...ofP(1)]);
    await plannedWipe(client, writer, { assetKey: ["a"], partition: "p" });
    expect(await deleteAll()).toBe(3);
    expect((await counts())[0]).toBe(45_001);
  });

  test("of many bytes go few at a time", async () => {
    const large = { ...p, description: "x".repeat(3 << 20) };
    await write(Array.from({ length: 5 }, () => materialization("a", large)));
    await plannedWipe(client, writer, { assetKey: ["a"], partition: "p" });
    expect(await deleteAll()).toBe(3);
  });
});
