import { expect, setDefaultTimeout, test } from "bun:test";
import { freshnessStateChange, materialization } from "../../../../core/index.ts";
import { openEventLog } from "../../../../storage/index.ts";
import { recordInFile } from "../../../storage/record-change.ts";
import { newFile, patience, runCli } from "../run-cli.ts";

setDefaultTimeout(patience);

const at = Date.UTC(2026, 10, 30, 6);
const change = { state: "FAIL", previousState: "PASS", reason: "deadline", deadline: at, lastAt: null } as const;

/** A log in a file with a materialization and a change of freshness. */
async function fileWithChange() {
  const { env } = newFile();
  const url = env.RUNLESS_DATABASE_URL ?? "";
  const log = await openEventLog({ url });
  await log.append([[{ event: materialization("a", { timestamp: at }) }]]);
  await recordInFile(url.slice("file:".length), { ...freshnessStateChange(["a"], "p", change), timestamp: at }, at);
  await log.close();
  return env;
}

test("events --type freshness lists changes with their sentence", async () => {
  const env = await fileWithChange();
  const { stdout } = await runCli(["events", "--type", "freshness"], { env });
  expect(stdout).toMatch(/2 +2026-11-30 06:00:00Z +freshness +a +p +PASS → FAIL, deadline 2026-11-30T06:00Z missed/);
  expect(stdout).not.toContain("materialization");
  const exported = await runCli(["export", "--type", "freshness"], { env });
  expect(JSON.parse(exported.stdout)).toMatchObject({ id: 2, freshness: { state: "FAIL" } });
});

test("import leaves changes out, and says how many", async () => {
  const { stdout: lines } = await runCli(["export"], { env: await fileWithChange() });
  const { env } = newFile();
  const imported = await runCli(["import", "-"], { env, input: lines });
  expect(imported).toMatchObject({
    exitCode: 0,
    stdout: "2 lines: 1 recorded, 0 recorded before, 0 failed, 1 left out (wipes, changes of freshness)\n",
  });
});

test("prune deletes changes by the days of their own", async () => {
  const { env } = newFile();
  const url = env.RUNLESS_DATABASE_URL ?? "";
  const threeDaysAgo = Date.now() - 3 * 24 * 3_600_000;
  await recordInFile(url.slice("file:".length), freshnessStateChange(["a"], "p", change), threeDaysAgo);
  const log = await openEventLog({ url });
  await log.append([[{ event: materialization("last") }]]);
  await log.close();
  const prune = (...args: readonly string[]) => runCli(["prune", "--json", "--now", ...args], { env });
  expect((await prune("--retain-days", "1", "--retain-days-freshness", "9")).stdout).toBe('{"events":0}\n');
  expect((await prune("--retain-days-freshness", "1")).stdout).toBe('{"events":1}\n');
});
