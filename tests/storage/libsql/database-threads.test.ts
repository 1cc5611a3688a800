import { expect, test } from "bun:test";
import { join } from "node:path";
import { materialization } from "../../../core/index.ts";
import { openLibsqlEventLog } from "../../../storage/index.ts";
import { record } from "../../contracts/event-log/harness.ts";
import { temporaryFolder } from "../../server.ts";

test("reads that queue up never hold up an acknowledgement", async () => {
  const log = await openLibsqlEventLog({ url: `file:${join(temporaryFolder(), "runless.db")}` });
  await record(log, ...Array.from({ length: 5000 }, () => materialization("a")));
  let answered = 0;
  // Each looks at all there is and finds nothing; together they take many times as long as a commit.
  const reads = Array.from({ length: 500 }, () =>
    log.query({ since: 8.64e15 }, { limit: 1, order: "asc" }).then(() => answered++),
  );
  await record(log, materialization("b"));
  expect(answered).toBeLessThan(reads.length);
  await Promise.all(reads);
  await log.close();
}, 60_000);
