import { expect, test } from "bun:test";
import { join } from "node:path";
import { materialization } from "../../../core/index.ts";
import { openLibsqlEventLog } from "../../../storage/index.ts";
import { record } from "../../contracts/event-log/harness.ts";
import { temporaryFolder } from "../../server.ts";

test("more than 10,000 questions at once are refused as overloaded, reports are not, and all is well after them", async () => {
  const log = await openLibsqlEventLog({ url: `file:${join(temporaryFolder(), "runless.db")}` });
  await log.append([[{ event: materialization("a") }]]);
  await log.get(1); // behind what the log itself asks when it is opened
  const asked = Array.from({ length: 12_000 }, () => log.get(1).catch((error) => error.code));
  const reported = log.append([[{ event: materialization("b") }]]);
  const answers = await Promise.all(asked);
  expect(answers.filter((answer) => answer === "overloaded")).toHaveLength(2000);
  expect(answers.filter((answer) => answer !== "overloaded")).toHaveLength(10_000);
  expect(await reported).toEqual([{ status: "recorded", events: [{ id: 2, duplicate: false }] }]);
  expect(await log.get(2)).toMatchObject({ assetKey: ["b"] });
  await log.close();
});

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
