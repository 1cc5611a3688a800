import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openStores, type Stores } from "../../../../storage/index.ts";
import type { DatabaseAccess } from "../../../../storage/libsql/database-access.ts";
import { encodeDefinitions } from "../../../../storage/libsql/definitions/encode-definitions.ts";
import { DefinitionReplacer } from "../../../../storage/libsql/definitions/replace-definitions.ts";
import { openFileAccess } from "../../../../storage/libsql/file/file-access.ts";
import { writeTransaction } from "../../../../storage/libsql/write/write-transaction.ts";
import { defined, listAll, nameOf } from "../../../../storage/testing/definition-store/harness.ts";
import { temporaryFolder } from "../../../server.ts";

/** What a process leaves that dies after its second step, or while it still writes. */
const halfDone = `
  UPDATE definition_state SET writing = 'other', step = 2;
  UPDATE definition SET to_revision = 2 WHERE name = 'a';
  INSERT INTO definition (name, kind, from_revision, source, subjects, changed_at, fingerprint, size, content)
  VALUES ('a', 0, 2, 'team-a', 0, 0, '', 2, '{}'), ('z', 0, 2, 'team-a', 0, 0, '', 2, '{}');`;

describe("definitions that another process is replacing in steps", () => {
  const url = `file:${join(temporaryFolder(), "runless.db")}`;
  let stores: Stores;
  let access: DatabaseAccess;
  beforeAll(async () => {
    stores = await openStores({ url });
    access = await openFileAccess({ url });
    await stores.definitions.replace("team-a", defined({ key: "a" }, { key: "b" }));
    await execute(halfDone);
  });
  afterAll(async () => {
    await access.close();
    await stores.log.close();
  });

  const execute = (sql: string) =>
    access.write((writer) => writeTransaction(writer, (transaction) => transaction.executeMultiple(sql)));
  const names = async () => (await listAll(stores.definitions)).map(nameOf);
  const replace = async (replacer: DefinitionReplacer, ...keys: string[]) =>
    replacer.replace({
      source: "team-b",
      given: await encodeDefinitions(defined(...keys.map((key) => ({ key })))),
      options: {},
      now: 0,
    });

  test("are read as they were until all are replaced", async () => {
    expect(await names()).toEqual(["a", "b"]);
    expect((await stores.definitions.definitionFor(["a"]))?.revision).toBe(1);
    expect(await stores.definitions.definitionFor(["z"])).toBeUndefined();
    expect(await stores.definitions.replace("team-b", defined({ key: "x" }), { dryRun: true })).toMatchObject({
      changes: { added: 1 },
    });
  });

  test("make others wait for as long as it makes steps", async () => {
    let isDone = false;
    const replacing = replace(new DefinitionReplacer(access, 500), "c").then((result) => {
      isDone = true;
      return result;
    });
    for (let step = 3; step < 12; step++) {
      await execute(`UPDATE definition_state SET step = ${step}`);
      await Bun.sleep(100);
    }
    expect(isDone).toBe(false);
    expect(await replacing).toMatchObject({ status: "replaced", revision: 2 });
    expect(await names()).toEqual(["a", "b", "c"]);
  });

  test("are as they were once it is taken to have died, and it can't end its change any more", async () => {
    const { rows } = await access.read((client) => client.execute("SELECT name, to_revision FROM definition"));
    expect(rows.map((row) => [row.name, row.to_revision])).toEqual([
      ["a", null],
      ["b", null],
      ["c", null],
    ]);
    const { rows: state } = await access.read((client) => client.execute("SELECT * FROM definition_state"));
    expect(state[0]).toMatchObject({ revision: 2, definitions: 3, subjects: 0, writing: null });
  });

  test("a change whose place was taken ends with an error, and changes nothing", async () => {
    const many = Array.from({ length: 2_000 }, (_, i) => `many/${i}`);
    const replacer = new DefinitionReplacer({
      ...access,
      write: async (work) => {
        const result = await access.write(work);
        await execute("UPDATE definition_state SET writing = 'other' WHERE step = 4");
        return result;
      },
    });
    await expect(replace(replacer, "c", ...many)).rejects.toMatchObject({ code: "unavailable" });
    expect(await names()).toEqual(["a", "b", "c"]);
    await execute("UPDATE definition_state SET step = 0");
    expect(await replace(new DefinitionReplacer(access, 50), "c", "d")).toMatchObject({ status: "replaced" });
    expect(await names()).toEqual(["a", "b", "c", "d"]);
  });
});
