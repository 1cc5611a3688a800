import { expect, test } from "bun:test";
import { join } from "node:path";
import { materialization, observation } from "../../../../core/index.ts";
import { openEventLog } from "../../../../storage/index.ts";
import { temporaryFolder } from "../../../server.ts";
import { patience, runCli } from "../run-cli.ts";

const day = 24 * 60 * 60 * 1000;

/** Two of each type a hundred days ago, one of each now. */
async function oldLog(): Promise<string> {
  const url = `file:${join(temporaryFolder(), "old.db")}`;
  let age = 100;
  const log = await openEventLog({ url, now: () => Date.now() - age * day });
  const unit = [{ event: materialization("a") }, { event: observation("a") }];
  for (age of [100, 100, 0]) await log.append([unit]);
  await log.close();
  return url;
}

async function idsIn(url: string): Promise<readonly number[]> {
  const log = await openEventLog({ url });
  const { events } = await log.query({}, { limit: 100, order: "asc" });
  await log.close();
  return events.map(({ id }) => id);
}

test(
  "prune deletes once what has expired, by the flags and variables that a server has",
  async () => {
    const url = await oldLog();
    const nothing = await runCli(["prune", "--database-url", url]);
    expect([nothing.exitCode, nothing.stdout]).toEqual([0, "0 events had expired, and are deleted.\n"]);
    const env = { RUNLESS_DATABASE_URL: url, RUNLESS_RETAIN_DAYS: "90" };
    const some = await runCli(["prune", "--retain-days-observations", "forever"], { env });
    expect([some.exitCode, some.stdout]).toEqual([0, "2 events had expired, and are deleted.\n"]);
    expect(await idsIn(url)).toEqual([2, 4, 5, 6]);
    const rest = await runCli(["prune", "--retain-days", "90", "--json", "--database-url", url]);
    expect([rest.exitCode, rest.stdout]).toEqual([0, '{"events":2}\n']);
  },
  patience,
);

test.each([
  [
    ["--retain-days", "0"],
    {},
    2,
    "--retain-days (RUNLESS_RETAIN_DAYS) must be from 1 to 36500 days, as 90 or 90d, or forever",
  ],
  [[], { RUNLESS_IDEMPOTENCY_DAYS: "1" }, 2, "--idempotency-days (RUNLESS_IDEMPOTENCY_DAYS) must be"],
  [[], {}, 3, "There is no database file:runless.db"],
  [[], { RUNLESS_URL: "http://127.0.0.1:1" }, 2, "This deletes from a database, and RUNLESS_URL names the server"],
  [["--database-url", ":memory:"], {}, 2, "goes away with this command"],
] as const)(
  "prune %p with %p ends with %d and a sentence",
  async (args, env, exitCode, sentence) => {
    const result = await runCli(["prune", ...args], { env });
    expect([result.exitCode, result.stderr]).toEqual([exitCode, expect.stringContaining(sentence)]);
  },
  patience,
);
