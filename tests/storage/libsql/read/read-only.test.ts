import { expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient } from "@libsql/client";
import { readOnly } from "../../../../storage/libsql/read/read-only.ts";
import { temporaryFolder } from "../../../server.ts";

/** A database at rest. */
function newDatabase(): { readonly url: string } {
  const file = join(temporaryFolder(), "log.db");
  copyFileSync(new URL("../../../golden/version-2.db", import.meta.url), file);
  return { url: `file:${file}` };
}

const count = async (client: Client) => (await client.execute("SELECT count(*) AS n FROM write_lock")).rows[0]?.n;

test("nothing can be written", async () => {
  const write = (client: Client) => client.execute("INSERT INTO write_lock VALUES (1)");
  await expect(readOnly(newDatabase(), write)).rejects.toThrow("readonly database");
});

test("what somebody begins to write meanwhile is seen: the work is done again", async () => {
  const address = newDatabase();
  const other = createClient(address);
  const seen: unknown[] = [];
  const last = await readOnly(address, async (client) => {
    seen.push(await count(client));
    if (seen.length === 1) await other.execute("INSERT INTO write_lock VALUES (1)");
    return seen.at(-1);
  });
  expect([seen, last]).toEqual([[0, 1], 1]);
  other.close();
});

test("a failure of the work is final where nobody wrote", async () => {
  let calls = 0;
  const fail = () => Promise.reject(new Error(`failure ${++calls}`));
  await expect(readOnly(newDatabase(), fail)).rejects.toThrow("failure 1");
  expect(calls).toBe(1);
});

test("a missing file is named, and not made", async () => {
  const url = `file:${join(temporaryFolder(), "missing.db")}`;
  const opening = readOnly({ url }, async () => {});
  await expect(opening).rejects.toMatchObject({
    code: "unusable_database",
    message: `The database ${url} can't be opened: it must be there, and readable.`,
  });
});
