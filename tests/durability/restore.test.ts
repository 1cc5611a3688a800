import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkEvaluation } from "../../core/index.ts";
import { openStores } from "../../storage/index.ts";
import { Follower, report } from "../../storage/testing/watch-store/follower.ts";
import { patience, runCli } from "../adapters/cli/run-cli.ts";
import { runtimes, startServer, temporaryFolder } from "../server.ts";

setDefaultTimeout(patience);

/** A database with one event, its copy, and then another event. */
async function backedUp() {
  const folder = temporaryFolder();
  const [file, copy] = [join(folder, "log.db"), join(folder, "copy.db")];
  const env = { RUNLESS_DATABASE_URL: `file:${file}` };
  const cli = (...args: string[]) => runCli(args, { env });
  const keys = async (...args: string[]) => {
    const { stdout } = await cli("events", "--order", "asc", "--json", ...args);
    return (JSON.parse(stdout).events as { readonly id: number; readonly asset_key: readonly string[] }[]).map(
      ({ id, asset_key }) => [id, asset_key[0]] as const,
    );
  };
  await cli("report", "before", "--create");
  await cli("backup", copy);
  await cli("report", "after");
  return { folder, file, copy, env, cli, keys };
}

test("restore puts a copy in the place of a database, keeps what was there, and uses no id twice", async () => {
  const { file, copy, cli, keys } = await backedUp();
  chmodSync(file, 0o640);
  const original = readFileSync(copy);
  const { exitCode, stdout, stderr } = await cli("restore", copy);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(`What was there is in ${file}.before-restore.`);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  await cli("report", "again");
  const [first, second] = await keys();
  expect([first, second?.[1]]).toEqual([[1, "before"], "again"]);
  expect(await keys("--database-url", `file:${file}.before-restore`)).toEqual([
    [1, "before"],
    [2, "after"],
  ]);
  // From the same copy once more: other ids.
  expect((await cli("restore", copy)).stdout).toContain(`${file}.before-restore-2.`);
  await cli("report", "again");
  const [, third] = await keys();
  expect(third?.[0]).toBeGreaterThan(10_000_000_000);
  expect(third?.[0]).not.toBe(second?.[0]);
  expect(readFileSync(copy).equals(original)).toBe(true);
  expect((await cli("doctor")).exitCode).toBe(0);
});

test("alerts that open after a restore have ids that none had before: receivers know messages by them", async () => {
  const { file, copy, cli } = await backedUp();
  await cli("restore", copy);
  const stores = await openStores({ url: `file:${file}` });
  const follower = new Follower(stores, { now: Date.now() });
  await follower.take();
  await report(stores, checkEvaluation("a", { checkName: "c", passed: false }));
  await follower.follow();
  const [alert] = (await stores.watching.alerts({}, { limit: 1 })).alerts;
  expect(alert?.id).toBeGreaterThan(10_000_000_000);
  expect((await stores.sending.alertChanges(0, 1))[0]?.alert.id).toBe(alert?.id ?? 0);
  await stores.log.close();
});

test("restore says that revoked tokens are back", async () => {
  const { copy, cli } = await backedUp();
  await cli("token", "create", "--name", "a", "--scope", "read");
  const second = `${copy}.2`;
  await cli("backup", second);
  await cli("token", "revoke", "a");
  const { stderr } = await cli("restore", second);
  expect(stderr).toBe(
    "runless: tokens that were revoked since the copy was made are good again: see runless token list\n",
  );
  expect(JSON.parse((await cli("token", "list", "--json")).stdout).tokens).toMatchObject([{ revoked_at: null }]);
});

describe.each([...runtimes])("beside a server on %s", (runtime) => {
  test("restore changes nothing, and says to stop it", async () => {
    const { folder, file, copy, cli, keys } = await backedUp();
    const server = await startServer(runtime, { databaseUrl: `file:${file}` });
    const { exitCode, stderr } = await cli("restore", copy);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`The database ${file} is open: a server or`)]);
    const report = await fetch(`${server.url}/report_asset_materialization/on`, { method: "POST" });
    expect(report.status).toBe(200);
    await server.stop();
    expect((await keys()).map(([, key]) => key)).toEqual(["before", "after", "on"]);
    expect(readdirSync(folder).filter((name) => name.includes("restor"))).toEqual([]);
    expect((await cli("restore", copy)).exitCode).toBe(0);
  });
});

test("restore goes over a damaged database, and keeps that with its log", async () => {
  const { folder, file, copy, cli, keys } = await backedUp();
  writeFileSync(file, "no database".repeat(1000));
  writeFileSync(`${file}-wal`, "nor a log");
  expect((await cli("restore", copy)).exitCode).toBe(0);
  expect(await keys()).toEqual([[1, "before"]]);
  expect(readFileSync(join(folder, "log.db.before-restore"), "utf8")).toStartWith("no database");
  expect(readFileSync(join(folder, "log.db.before-restore-wal"), "utf8")).toBe("nor a log");
});

test("restore goes over a database whose log is damaged, and keeps that too", async () => {
  const { folder, file, copy, cli, keys } = await backedUp();
  const log = "no log of this database".repeat(1000);
  writeFileSync(`${file}-wal`, log);
  expect((await cli("events")).exitCode).not.toBe(0);
  expect((await cli("restore", copy)).exitCode).toBe(0);
  expect(await keys()).toEqual([[1, "before"]]);
  expect(readFileSync(join(folder, "log.db.before-restore-wal"), "utf8")).toBe(log);
});

test("restore makes a database where there was none, and leaves nothing of a copy that is none", async () => {
  const { folder, file, copy, cli, keys } = await backedUp();
  const elsewhere = join(folder, "new.db");
  expect((await cli("restore", copy, "--database-url", `file:${elsewhere}`)).exitCode).toBe(0);
  expect(await keys("--database-url", `file:${elsewhere}`)).toEqual([[1, "before"]]);

  const [damaged, empty] = [join(folder, "damaged.db"), join(folder, "empty.db")];
  copyFileSync(copy, damaged);
  const bytes = readFileSync(damaged);
  bytes.fill(0xff, 4096 * 3, 4096 * 6);
  writeFileSync(damaged, bytes);
  writeFileSync(empty, "");
  const wrong: readonly (readonly [string, number, string])[] = [
    [damaged, 3, "damaged"],
    [empty, 3, "There is no event log in"],
    [join(folder, "missing.db"), 1, "There is no file"],
    [file, 1, "is the database itself"],
  ];
  for (const [from, code, sentence] of wrong) {
    const { exitCode, stderr } = await cli("restore", from);
    expect([from, exitCode, stderr]).toEqual([from, code, expect.stringContaining(sentence)]);
  }
  expect((await keys()).map(([, key]) => key)).toEqual(["before", "after"]);
  expect(readdirSync(folder).filter((name) => name.includes("restor"))).toEqual([]);
});
