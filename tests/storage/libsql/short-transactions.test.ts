import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { openConnection } from "../../../storage/libsql/connection.ts";
import { FileWriter } from "../../../storage/libsql/file/file-writer.ts";
import { forgetKeys, pruneEvents } from "../../../storage/libsql/maintenance/prune.ts";
import { deleteHidden, findHidden } from "../../../storage/libsql/maintenance/wipe/purge.ts";
import { migrate } from "../../../storage/libsql/migrations/migrate.ts";
import { encodeEvent } from "../../../storage/libsql/write/event-row.ts";
import { joinRows } from "../../../storage/libsql/write/group.ts";
import { writeGroup } from "../../../storage/libsql/write/write-group.ts";
import type { Statement, Writer } from "../../../storage/libsql/write/write-transaction.ts";
import { temporaryFolder } from "../../server.ts";
import { plannedWipe } from "./planned-wipe.ts";

const file = join(temporaryFolder(), "runless.db");
const client = await openConnection({ url: `file:${file}` });
await migrate(client);
const writer = new FileWriter(file);
afterAll(() => {
  writer.close();
  client.close();
});

const p = { partition: "p" };
const events = [
  materialization("a", { ...p, dataVersion: "v" }),
  observation("a", p),
  checkEvaluation("a", { ...p, checkName: "c", passed: true }),
  materialization("a", { partition: "q" }),
  checkEvaluation("a", { partition: "q", checkName: "c", passed: true }),
];

async function write(): Promise<void> {
  const rows = events.map((event, i) => encodeEvent(event, { key: crypto.randomUUID(), fingerprint: String(i) }));
  await writeGroup(writer, { rows: joinRows(rows), sizes: [rows.length], keyed: true, checks: true, now: 0 });
}

interface LookUp {
  readonly plan: string;
  readonly sql: string;
}

/** How SQLite finds rows in the statements of some transactions. */
async function lookUpsOf(work: (writer: Writer) => Promise<unknown>): Promise<readonly LookUp[]> {
  const statements: Statement[] = [];
  await work({
    begin: async () => {
      const transaction = await writer.begin();
      return {
        ...transaction,
        execute: (statement) => {
          statements.push(statement);
          return transaction.execute(statement);
        },
        batch: (given) => {
          statements.push(...given);
          return transaction.batch(given);
        },
      };
    },
  });
  // A connection of its own: after EXPLAIN of what writes, the driver's goes on to see what was there then.
  const explaining = await openConnection({ url: `file:${file}` });
  const lookUps: LookUp[] = [];
  for (const { sql, args = [] } of statements) {
    const { rows } = await explaining.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
    for (const { detail } of rows) {
      if (/^(SCAN|SEARCH) /.test(String(detail))) lookUps.push({ plan: String(detail), sql });
    }
  }
  explaining.close();
  return lookUps;
}

/** Those that go through more rows than they are to find, as `plan <- statement`. */
async function searchesOf(work: (writer: Writer) => Promise<unknown>): Promise<readonly string[]> {
  const searches = (await lookUpsOf(work)).filter(
    ({ plan, sql }) => !isByKey(plan) && !(/\bLIMIT\b|\bEXISTS\b/.test(sql) && isInOrder(plan)),
  );
  return searches.map(({ plan, sql }) => `${plan} <- ${sql.trim().replace(/\s+/g, " ")}`);
}

/** Whether a look-up finds one row for each that is given, or those after a given id. */
function isByKey(plan: string): boolean {
  return [
    /^SCAN (json_each VIRTUAL|CONSTANT ROW|sqlite_sequence|\(subquery|row$|reduced$|gone$)/,
    /^SEARCH \w+ USING INTEGER PRIMARY KEY \(rowid[=>]\?\)$/,
    /^SEARCH asset USING COVERING INDEX sqlite_autoindex_asset_1 \(key=\?\)$/,
    /^SEARCH event USING (COVERING )?INDEX event_by_asset \(asset_id=\? AND id[=>]\?\)$/,
    /^SEARCH summary USING PRIMARY KEY \(asset_id=\? AND scope=\? AND check_name=\? AND partition=\?\)$/,
    /^SEARCH idempotency USING PRIMARY KEY \(asset_id=\? AND kind=\? AND key=\?\)$/,
    /^SEARCH wiped_partition USING PRIMARY KEY \(asset_id=\? AND partition=\?\)$/,
  ].some((pattern) => pattern.test(plan));
}

/** Whether a look-up hands out rows in the order in which a LIMIT ends it. */
function isInOrder(plan: string): boolean {
  return [
    /^SCAN (event|wiped_partition)$/,
    /^SEARCH \w+ USING (PRIMARY KEY|COVERING INDEX event_by_asset) \(asset_id=\?\)$/,
    /^SEARCH \w+ USING PRIMARY KEY \(asset_id=\? AND (partition<\?|\((kind,key|scope,check_name,partition)\)<\([?,]+\))\)$/,
  ].some((pattern) => pattern.test(plan));
}

async function newestOfPartition(): Promise<number> {
  const { rows } = await client.execute("SELECT max(id) AS id FROM event WHERE kind = 3 AND partition = 'p'");
  return Number(rows[0]?.id);
}

describe("however much there is besides, rows are looked up by their keys", () => {
  const wipes = [
    ["a partition", async () => ({ assetKey: ["a"], partition: "p" })],
    ["an event", async () => ({ eventId: await newestOfPartition() })],
    ["an asset", async () => ({ assetKey: ["a"] })],
  ] as const;

  test.each(wipes)("in the transaction that wipes %s, and in those that delete what it hid", async (_, target) => {
    await write();
    const wiped = await target();
    expect(await searchesOf((writer) => plannedWipe(client, writer, wiped))).toEqual([]);
    for (const hidden of await findHidden(client))
      expect(await searchesOf((writer) => deleteHidden(client, writer, hidden))).toEqual([]);
  });

  test("in the transaction that deletes expired events", async () => {
    await write();
    await write();
    const ids = Array.from({ length: 100 }, (_, i) => i);
    expect(await searchesOf((writer) => pruneEvents(writer, ids))).toEqual([]);
  });

  test("in the transaction that forgets idempotency keys", async () => {
    await write();
    const lookUps = await lookUpsOf((writer) => forgetKeys(client, writer, 1));
    // Along the whole index: all keys may be of one time.
    expect(lookUps.map(({ plan }) => plan)).toContain(
      "SEARCH idempotency USING COVERING INDEX idempotency_by_age ((received_at,asset_id,kind,key)<(?,?,?,?))",
    );
  });
});
