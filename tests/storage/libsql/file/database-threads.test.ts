import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, readlinkSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { materialization } from "../../../../core/index.ts";
import { openLibsqlEventLog } from "../../../../storage/index.ts";
import { record } from "../../../../storage/testing/event-log/harness.ts";
import { temporaryFolder } from "../../../server.ts";

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

/** How many connections of this process have the file open. */
function connectionsTo(file: string): number {
  return readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === file;
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}

test("the thread that reads is there from the first read on: who only reports needs none", async () => {
  const file = join(temporaryFolder(), "runless.db");
  const log = await openLibsqlEventLog({ url: `file:${file}` });
  await record(log, materialization("a"));
  expect(await log.id()).not.toBe("");
  const before = connectionsTo(file);
  const [first, second] = await Promise.all([log.get(1), log.get(1)]);
  expect([first?.assetKey, second?.assetKey]).toEqual([["a"], ["a"]]);
  expect(connectionsTo(file)).toBe(before + 1);
  await log.close();
});

test("the first read of a file that was moved away is refused until it is back, and makes or takes no other", async () => {
  const file = join(temporaryFolder(), "runless.db");
  const log = await openLibsqlEventLog({ url: `file:${file}` });
  await record(log, materialization("a"));
  const refused = {
    code: "unavailable",
    message: expect.stringContaining(`The database's file ${file} was removed, moved or replaced`),
  };
  renameSync(file, `${file}.away`);
  expect(await log.get(1).catch((error) => error)).toMatchObject(refused);
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, "");
  expect(await log.get(1).catch((error) => error)).toMatchObject(refused);
  expect(statSync(file).size).toBe(0);
  renameSync(`${file}.away`, file);
  expect(await log.get(1)).toMatchObject({ assetKey: ["a"] });
  await log.close();
});

test("damage that the first read meets, as its thread opens the file, is told as any other", async () => {
  const file = join(temporaryFolder(), "runless.db");
  const problems: string[] = [];
  const log = await openLibsqlEventLog({ url: `file:${file}`, onDamage: (problem) => problems.push(problem) });
  await log.close();
  const whole = readFileSync(file);
  const again = await openLibsqlEventLog({ url: `file:${file}`, onDamage: (problem) => problems.push(problem) });
  writeFileSync(file, whole.fill(0xff, 0, 100));
  const refused = await again.get(1).catch((error) => error);
  expect(refused).toMatchObject({ code: "unusable_database", message: expect.stringContaining("is damaged") });
  expect(problems).toEqual([refused.message]);
  await again.close().catch(() => {});
});
