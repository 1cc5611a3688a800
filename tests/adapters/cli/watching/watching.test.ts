import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { checkEvaluation, materialization } from "../../../../core/index.ts";
import { openStores } from "../../../../storage/index.ts";
import { define, Follower, report } from "../../../../storage/testing/watch-store/follower.ts";
import { startServer, temporaryFolder } from "../../../server.ts";
import { patience, runCli } from "../run-cli.ts";

setDefaultTimeout(patience);

const day = 86_400_000;
const freshness = { type: "time_window", fail_window: "1d" };

/** A database in which two assets are late, one is not, and two checks fail. */
async function watchedDatabase(): Promise<string> {
  const url = `file:${join(temporaryFolder(), "runless.db")}`;
  const stores = await openStores({ url });
  const partitions = { type: "static", keys: ["eu", "us", "asia"] };
  await define(
    stores,
    { key: "late/a", freshness },
    { key: "late/b", freshness, partitions },
    { key: "fine", freshness },
  );
  const old = { timestamp: Date.now() - 3 * day };
  await report(
    stores,
    materialization("late/a", old),
    materialization("late/b", { ...old, partition: "eu" }),
    materialization("late/b", { partition: "us" }),
    materialization("fine"),
    checkEvaluation("fine", { checkName: "c", passed: false, severity: "WARN" }),
    checkEvaluation("fine", { checkName: "d", passed: false }),
  );
  const follower = new Follower(stores, { now: Date.now() });
  await follower.take();
  await follower.follow();
  await stores.log.close();
  return url;
}

/** The cells of a table. */
const rowsOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.trim().split(/ {2,}/));

const targets = {
  "a server": async () => {
    const server = await startServer("bun", { databaseUrl: await watchedDatabase() });
    return { env: { RUNLESS_URL: server.url }, stop: () => server.stop() };
  },
  "a file": async () => ({ env: { RUNLESS_DATABASE_URL: await watchedDatabase() }, stop: async () => {} }),
};

describe.each(Object.entries(targets))("over %s", (_, open) => {
  let target: { readonly env: Readonly<Record<string, string>>; readonly stop: () => Promise<unknown> };
  const cli = (...args: string[]) => runCli(args, { env: target.env });
  const alertsIn = async (
    ...args: string[]
  ): Promise<{ id: number; asset_key: string[]; muted_until: string | null }[]> =>
    JSON.parse((await cli("alerts", "--json", ...args)).stdout).alerts;
  beforeAll(async () => {
    target = await open();
  });
  afterAll(() => target.stop());

  test("alerts lists what fires, and those of before where it is asked to", async () => {
    const { exitCode, stdout } = await cli("alerts", "--kind", "freshness");
    expect(exitCode).toBe(0);
    const rows = rowsOf(stdout);
    expect(rows[0]?.slice(0, 3)).toEqual(["ID", "SEVERITY", "ASSET"]);
    expect(
      rows
        .slice(1)
        .map(([, severity, asset, ...rest]) => [severity, asset, rest[0]])
        .sort(),
    ).toEqual([
      ["ERROR", "late/a", "freshness"],
      ["ERROR", "late/b", "eu"],
    ]);
    expect(await alertsIn("--prefix", "late")).toHaveLength(2);
    expect(await alertsIn("--asset-key", "late")).toHaveLength(0);
    expect(await alertsIn("--kind", "check")).toMatchObject([{ asset_key: ["fine"] }, { asset_key: ["fine"] }]);
    expect(await alertsIn("--status", "resolved")).toHaveLength(0);
    const some = await cli("alerts", "--limit", "1");
    expect(some.stderr).toContain("There is more: give a larger --limit, or --cursor");
  });

  test("alerts close ends an alert for good, and says what it was", async () => {
    const [alert] = await alertsIn("--kind", "check");
    const { id } = alert ?? { id: 0 };
    const closed = await cli("alerts", "close", String(id));
    expect([closed.exitCode, closed.stdout]).toEqual([0, `Closed alert ${id} of fine.\n`]);
    expect((await alertsIn("--kind", "check")).map((one) => one.id)).not.toContain(id);
    expect(await alertsIn("--status", "resolved")).toMatchObject([{ id }]);
    expect(await alertsIn("--status", "all", "--kind", "check")).toHaveLength(2);
    const json = await cli("alerts", "close", String(id), "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ id, status: "resolved", reason: "closed" });
    const unknown = await cli("alerts", "close", "999");
    expect(unknown).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: expect.stringContaining("There is no alert with the id 999."),
    });
  });

  test("freshness lists what is watched, of all or of these", async () => {
    const all = rowsOf((await cli("freshness")).stdout);
    expect(all[0]).toEqual(["ASSET", "PARTITION", "STATE", "SINCE", "DEADLINE", "LAST EVENT", "NEXT CHANGE"]);
    expect(all.slice(1).map((row) => row.slice(0, 3).join(" ").replace(/ 20.*/, ""))).toEqual([
      "fine PASS",
      "late/a FAIL",
      "late/b asia UNKNOWN",
      "late/b eu FAIL",
      "late/b us PASS",
    ]);
    const listed = async (...args: string[]) =>
      JSON.parse((await cli("freshness", "--json", ...args)).stdout).subjects.map(
        (one: { asset_key: string[]; partition: string | null }) => [...one.asset_key, one.partition].join(" "),
      );
    expect(await listed("--state", "FAIL")).toEqual(["late a ", "late b eu"]);
    expect(await listed("--prefix", "late", "--state", "PASS")).toEqual(["late b us"]);
    expect(await listed("late/b", "fine")).toEqual(["late b asia", "late b eu", "late b us", "fine "]);
    expect(await listed("late/b", "--state", "FAIL")).toEqual(["late b eu"]);
    const unwatched = await cli("freshness", "late/b", "late", "nobody");
    expect(unwatched).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("late/b"),
      stderr: expect.stringContaining("Nothing watches late, nobody: no freshness policy holds there."),
    });
  });

  test("an asset and its expected partitions say their state too", async () => {
    const asset = await cli("asset", "late/a");
    expect(asset.stdout).toMatch(/^freshness FAIL since 20.+Z, deadline 20.+Z$/m);
    expect((await cli("asset", "fine")).stdout).toContain("\nfreshness PASS since ");
    const [head, ...missing] = rowsOf((await cli("partitions", "late/b", "--missing")).stdout);
    expect(head).toEqual(["MISSING", "FROM", "TO", "DUE", "STATE"]);
    expect(missing).toEqual([["asia", expect.stringMatching(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ$/), "UNKNOWN"]]);
  });

  test("mute and unmute take a key, or a key and all below it", async () => {
    const { stdout } = await cli("mute", "late/a", "--for", "4h");
    expect(stdout).toMatch(/^Muted late\/a until 20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ\.\n$/);
    const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + day).toISOString();
    const muted = await cli("mute", "late", "--prefix", "--until", until, "--json");
    expect(JSON.parse(muted.stdout)).toEqual({ prefix: ["late"], until, by: null });
    expect(rowsOf((await cli("mute")).stdout).map(([what]) => what)).toEqual(["MUTED", "late/*", "late/a"]);
    expect(await alertsIn("--prefix", "late")).toMatchObject([{ muted_until: until }, { muted_until: until }]);
    expect((await cli("unmute", "late", "--prefix")).stdout).toBe("Unmuted late and all below it.\n");
    expect((await cli("unmute", "late/a")).stdout).toBe("Unmuted late/a.\n");
    const again = await cli("unmute", "late/a");
    expect(again).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("late/a is not muted: runless mute lists"),
    });
    expect(rowsOf((await cli("mute")).stdout)).toEqual([["MUTED", "UNTIL", "BY"]]);
  });

  test("freshness --at says what the state was, and why, by what was known then", async () => {
    const now = new Date().toISOString();
    const { exitCode, stdout } = await cli("freshness", "late/a", "--at", now);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^late\/a was FAIL at .+\.\nThe last materialization was event 1, which counted at .+, 3d before\.\nThe window of 1d \(fail_window\) ended at .+\.\n$/,
    );
    const parts = await cli("freshness", "late/b", "--at", now, "--json");
    expect(JSON.parse(parts.stdout)).toMatchObject({
      ...{ asset_key: ["late", "b"], at: now, state: "FAIL" },
      partitions: [
        { partition: "eu", state: "FAIL", event_id: 2 },
        { partition: "us", state: "PASS", event_id: 3 },
        { partition: "asia", state: "UNKNOWN", event_id: null },
      ],
    });
    // Nothing had been received, whatever its timestamp.
    const before = await cli("freshness", "late/a", "--at", "2d");
    expect(before.stdout).toMatch(
      /^late\/a was UNKNOWN at .+\nThe policy was given at .+, after that time: .+\nNo materialization was known\./,
    );
    const nobody = await cli("freshness", "nobody", "--at", "today");
    expect(nobody).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("No definition gives nobody a freshness policy."),
    });
  });

  test.each([
    ["alerts --status open", "Allowed choices are firing, resolved, all"],
    ["alerts late", "too many arguments"],
    ["alerts close", "missing required argument 'id'"],
    ["alerts close x", "An alert's id is a whole number"],
    ["freshness --state late", "Allowed choices are PASS, WARN, FAIL, UNKNOWN"],
    ["freshness --at today", "--at is for assets that are named"],
    ["freshness a --at 2999-01-01", "--at lies in the future, of which nothing is known"],
    ["freshness a --at today --state FAIL", "--state and --prefix are not for --at"],
    ["freshness a --prefix b", "--prefix and --cursor are for all assets"],
    ["mute a", "Say for how long: --for 4h, or --until <time>"],
    ["mute a --for 4h --until 2030-01-01", "Say for how long"],
    ["mute --for 4h", "Give the key of an asset"],
    ["mute a --for 0s", "It must be a duration"],
    ["mute a --until 4h", "For so long: --for 4h"],
    ["mute a --until yesterday", "The field until must be in the future, and at most 366 days ahead."],
    ["mute a --for 400d", "The field until must be in the future, and at most 366 days ahead."],
    ["unmute", "missing required argument 'key'"],
  ])("runless %s is wrong usage: %s", async (line, sentence) => {
    const { exitCode, stdout, stderr } = await cli(...line.split(" "));
    expect([exitCode, stdout, stderr]).toEqual([2, "", expect.stringContaining(sentence)]);
  });
});
