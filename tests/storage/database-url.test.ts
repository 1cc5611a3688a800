import { expect, test } from "bun:test";
import { openEventLog, openLibsqlEventLog } from "../../storage/index.ts";

test.each([
  ["runless.db", 'Got "runless.db".'],
  ["./data/runless.db?authToken=secret", 'Got "./data/runless.db".'],
  ["sqlite://runless.db", 'Got "sqlite://runless.db".'],
  ["file::memory:", 'Got "file::memory:".'],
  ["", 'Got "".'],
  [undefined, "Got undefined."],
])("the url %p is refused with the forms that there are", async (url, got) => {
  const refused = {
    code: "unusable_database",
    message: `A database's url must be file:<path>, libsql://…, http(s)://… or :memory:. ${got}`,
  };
  for (const open of [openEventLog, openLibsqlEventLog]) {
    await expect(open({ url } as never)).rejects.toMatchObject(refused);
  }
});
