import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Client } from "@libsql/client";
import { materialization, type RunlessEvent } from "../../../../core/index.ts";
import { openConnection } from "../../../../storage/libsql/connection.ts";
import { FileWriter } from "../../../../storage/libsql/file/file-writer.ts";
import { migrate } from "../../../../storage/libsql/migrations/migrate.ts";
import { encodeEvent } from "../../../../storage/libsql/write/event-row.ts";
import { joinRows } from "../../../../storage/libsql/write/group.ts";
import { writeGroup } from "../../../../storage/libsql/write/write-group.ts";
import { writeTransaction } from "../../../../storage/libsql/write/write-transaction.ts";
import { temporaryFolder } from "../../../server.ts";

let client: Client;
let writer: FileWriter;
beforeEach(async () => {
  const file = join(temporaryFolder(), "runless.db");
  const url = `file:${file}`;
  client = await openConnection({ url });
  await migrate(client);
  writer = new FileWriter(file);
});
afterEach(() => {
  writer.close();
  client.close();
});

function group(...units: readonly (readonly RunlessEvent[])[]) {
  const rows = joinRows(units.flat().map((event) => encodeEvent(event)));
  return { rows, sizes: units.map((unit) => unit.length), keyed: false, checks: false, now: 0 };
}

const count = async (table: string) => Number((await client.execute(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n);

test("rows that are large together are inserted in their order, whole", async () => {
  const texts = Array.from({ length: 9 }, (_, i) => String(i).repeat(i % 3 === 0 ? 1_500_000 : 10));
  const events = texts.map((description, i) => materialization(`k${i % 2}`, { description }));
  expect(await writeGroup(writer, group(events.slice(0, 4), events.slice(4)))).toEqual({ firstId: 1 });
  const { rows } = await client.execute("SELECT id, details ->> 'description' AS text FROM event ORDER BY id");
  expect(rows.map(({ id, text }) => [id, text])).toEqual(texts.map((text, i) => [i + 1, text]));
});

describe("a unit whose data the database refuses", () => {
  const [a, b, refused, c] = ["a", "b", "refused", "c"].map((key) => materialization(key)) as [
    RunlessEvent,
    RunlessEvent,
    RunlessEvent,
    RunlessEvent,
  ];
  beforeEach(() =>
    client.execute(`CREATE TRIGGER refuse BEFORE INSERT ON asset WHEN new.key = 'refused'
      BEGIN SELECT raise(ABORT, 'refused by the test'); END`),
  );

  test("fails alone, whatever else is in its group", async () => {
    const result = await writeGroup(writer, group([a], [b, refused], [c]));
    expect(result).toEqual({
      units: [
        { status: "recorded", events: [{ id: 1, duplicate: false }] },
        { status: "failed", message: expect.stringContaining("refused by the test") },
        { status: "recorded", events: [{ id: 2, duplicate: false }] },
      ],
    });
    expect(await count("event")).toBe(2);
    expect(await count("summary")).toBe(2);
  });

  test("fails as such when it is a group of its own", async () => {
    const { units } = (await writeGroup(writer, group([refused]))) as { units: unknown };
    expect(units).toEqual([{ status: "failed", message: expect.stringContaining("refused by the test") }]);
    expect(await count("asset")).toBe(0);
  });
});

test("a unit of more events than one statement takes is one transaction with ids in a row", async () => {
  const many = Array.from({ length: 2500 }, (_, i) =>
    materialization(["bulk", String(i % 7)], { partition: String(i) }),
  );
  expect(await writeGroup(writer, group(many))).toEqual({ firstId: 1 });
  const { rows } = await client.execute("SELECT partition FROM event ORDER BY id");
  expect(rows.map((row) => row.partition)).toEqual(many.map((event) => event.partition));
  const { rows: summaries } = await client.execute("SELECT sum(events) AS events FROM summary WHERE scope = 1");
  expect(summaries[0]?.events).toBe(2500);
});

test("a failure of the store itself fails the whole group, and nothing of it is kept", async () => {
  await writeTransaction(writer, (transaction) => transaction.executeMultiple("PRAGMA query_only = 1"));
  await expect(writeGroup(writer, group([materialization("a")], [materialization("b")]))).rejects.toMatchObject({
    code: "SQLITE_READONLY",
  });
  expect(await count("event")).toBe(0);
});
