import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { materialization } from "../../../core/index.ts";
import { openEventLog } from "../../../storage/index.ts";
import { openConnection } from "../../../storage/libsql/connection.ts";
import { FileWriter } from "../../../storage/libsql/file/file-writer.ts";
import { migrate } from "../../../storage/libsql/migrations/migrate.ts";
import { writeTransaction } from "../../../storage/libsql/write/write-transaction.ts";
import { temporaryFolder } from "../../server.ts";

const newFile = () => `file:${join(temporaryFolder(), "runless.db")}`;

async function openWriter() {
  const file = join(temporaryFolder(), "runless.db");
  const url = `file:${file}`;
  const client = await openConnection({ url });
  await migrate(client);
  return { client, writer: new FileWriter(file) };
}

test("the writer's own connection waits for the disk: WAL with synchronous=FULL, before and after a transaction", async () => {
  const { client, writer } = await openWriter();
  const fullWalIncremental = [2, "wal", 2];
  for (const _ of ["before", "after"]) {
    await writeTransaction(writer, async (transaction) => {
      const pragma = async (name: string) => (await transaction.execute({ sql: `PRAGMA ${name}` })).rows[0]?.[name];
      const pragmas = [await pragma("synchronous"), await pragma("journal_mode"), await pragma("auto_vacuum")];
      expect(pragmas).toEqual(fullWalIncremental);
    });
  }
  writer.close();
  client.close();
});

test("a transaction whose work throws leaves nothing behind, and the connection as good as before", async () => {
  const { client, writer } = await openWriter();
  const insert = { sql: "INSERT INTO asset (key) VALUES (?)" };
  const failing = writeTransaction(writer, async (transaction) => {
    await transaction.execute({ ...insert, args: ["a"] });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  await writeTransaction(writer, (transaction) => transaction.execute({ ...insert, args: ["b"] }));
  const { rows } = await client.execute("SELECT key FROM asset");
  expect(rows.map((row) => row.key)).toEqual(["b"]);
  writer.close();
  client.close();
});

test("a log keeps the descriptors that it opened with, however much it writes and reads", async () => {
  const log = await openEventLog({ url: newFile() });
  const work = async () => {
    for (let i = 0; i < 50; i++) {
      await log.append([[{ event: materialization("a") }]]);
      await log.query({}, { limit: 1, order: "desc" });
    }
  };
  await work();
  const before = readdirSync("/proc/self/fd").length;
  await work();
  expect(readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(before);
  await log.close();
});

test("memory stays where it is over many large transactions", async () => {
  const log = await openEventLog({ url: newFile() });
  const units = Array.from({ length: 1000 }, (_, i) => [{ event: materialization(["bulk", String(i % 10)]) }]);
  const write = async (times: number) => {
    for (let i = 0; i < times; i++) await log.append(units);
    Bun.gc(true);
    return process.memoryUsage().rss;
  };
  const before = await write(30);
  // Statements of more rows, or transactions without a pause between them, kept 100 MB and more.
  expect((await write(100)) - before).toBeLessThan(60_000_000);
  await log.close();
}, 60_000);

test("a file that can't be opened is named, with the reason", async () => {
  const url = `file:${join(temporaryFolder(), "missing", "runless.db")}`;
  await expect(openEventLog({ url })).rejects.toMatchObject({
    code: "unusable_database",
    message: `The database ${url} can't be opened: its folder must be there, and both must be writable.`,
  });
});

test("transactions of one writer that are begun at once run one after the other", async () => {
  const { writer, client } = await openWriter();
  const insert = { sql: "INSERT INTO asset (key) VALUES (?)" };
  const order: string[] = [];
  await Promise.all(
    ["a", "b", "c"].map((name) =>
      writeTransaction(writer, async (transaction) => {
        order.push(name);
        await new Promise((resolve) => setImmediate(resolve));
        await transaction.execute({ ...insert, args: [name] });
        order.push(name);
      }),
    ),
  );
  expect(order).toEqual(["a", "a", "b", "b", "c", "c"]);
  writer.close();
  client.close();
});
