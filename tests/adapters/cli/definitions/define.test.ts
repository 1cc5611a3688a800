import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { partitionsOf } from "../../../../adapters/cli/definitions/suggest.ts";
import { suggestFreshness } from "../../../../adapters/cli/definitions/suggest-freshness.ts";
import { parseDefinitions } from "../../../../core/definitions/index.ts";
import { temporaryFolder } from "../../../server.ts";
import { patience, runCli, type Target, targets } from "../run-cli.ts";

setDefaultTimeout(patience);

const folder = temporaryFolder();
function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const orders = fileOf(
  "orders.yaml",
  `defaults: { timezone: Europe/Berlin }
assets:
  - key: warehouse/orders
    owners: [team:finance]
    group: finance
    partitions: { type: daily, start: "2026-01-01", end: "2026-01-04" }
    freshness: { type: cron, deadline_cron: "0 6 * * 1-5", lower_bound_delta: 6h }
`,
);
const others = fileOf(
  "others.json",
  JSON.stringify({
    assets: [{ key: "raw/orders", freshness: { type: "time_window", fail_window: "24h" } }, { prefix: "ml" }],
  }),
);

describe.each(Object.entries(targets))("over %s", (_, open) => {
  let target: Target;
  const cli = (...args: string[]) => runCli(args, { env: target.env });
  beforeAll(async () => {
    target = await open();
  });
  afterAll(() => target.stop());

  test("files define, a dry run says so before, and what they lose is removed", async () => {
    const dry = await cli("define", orders, others, "--source", "team-a", "--dry-run");
    expect([dry.exitCode, dry.stdout]).toEqual([
      0,
      "team-a: 3 would be added, 0 would be changed, 0 would be removed, 0 unchanged\n",
    ]);
    expect((await cli("definitions", "--json")).stdout).toContain('"definitions":[]');
    const real = await cli("define", orders, others, "--source", "team-a");
    expect(real.stdout).toBe("team-a: 3 added, 0 changed, 0 removed, 0 unchanged\n");
    const { stdout } = await cli("definitions");
    expect(stdout.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["ASSET", "OWNERS", "GROUP", "PARTITIONS", "FRESHNESS", "SOURCE"],
      ["ml/*", "team-a"],
      ["raw/orders", "within 24h", "team-a"],
      ["warehouse/orders", "team:finance", "finance", "daily", "by 0 6 * * 1-5 Europe/Berlin", "team-a"],
      [""],
    ]);
    expect((await cli("definitions", "raw")).stdout).not.toContain("warehouse");
    const fewer = await cli("define", orders, "--source", "team-a", "--json");
    expect(JSON.parse(fewer.stdout)).toMatchObject({ added: 0, changed: 0, removed: 2, unchanged: 1 });
  });

  test("what another source owns is refused by name, with the exit code 1", async () => {
    await cli("define", orders, "--source", "team-a");
    const refused = await cli("define", orders, "--source", "team-b");
    expect([refused.exitCode, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(/key warehouse\/orders belongs to the source team-a.*--take-over/);
    const taken = await cli("define", orders, "--source", "team-b", "--take-over");
    expect(taken.stdout).toBe("team-b: 0 added, 1 changed, 0 removed, 0 unchanged\n");
    await cli("define", orders, "--source", "team-a", "--take-over");
  });

  test("a source is emptied only with --allow-empty", async () => {
    await cli("define", others, "--source", "team-c");
    const empty = fileOf("empty.yaml", "assets: []\n");
    const refused = await cli("define", empty, "--source", "team-c");
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("--allow-empty") });
    const emptied = await cli("define", empty, "--source", "team-c", "--allow-empty");
    expect(emptied.stdout).toBe("team-c: 0 added, 0 changed, 2 removed, 0 unchanged\n");
  });

  test("a wrong file names itself, the line and the path, and changes nothing", async () => {
    const wrong = fileOf(
      "wrong.yaml",
      "assets:\n  - key: fine\n  - key: bad\n    freshness:\n      type: cron\n      deadline_cron: */15 * * * *\n",
    );
    const before = (await cli("definitions", "--json")).stdout;
    const { exitCode, stdout, stderr } = await cli("define", orders, wrong, "--source", "team-a");
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`${wrong}:6`);
    expect(stderr).toContain('quote it: deadline_cron: "*/15 * * * *"');
    const typo = fileOf("typo.yaml", "assets:\n  - key: a\n    onwers: [team:x]\n");
    const second = await cli("define", typo, "--source", "team-a");
    expect(second.stderr).toContain(`${typo}:3 assets[0].onwers: there is no field onwers here`);
    const twice = await cli("define", orders, orders, "--source", "team-a");
    expect(twice).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("is defined in") });
    expect((await cli("definitions", "--json")).stdout).toBe(before);
  });

  test.each([
    ["define --source a", "Name the files"],
    ["define /no/such/file.yaml --source a", "The file /no/such/file.yaml can't be read"],
    [`define ${orders}`, "Say who defines: --source <name>"],
    [`define ${orders} --suggest`, "--suggest reads the log, and no files"],
  ])("runless %s is wrong usage: %s", async (line, sentence) => {
    const { exitCode, stderr } = await cli(...line.split(" "));
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  test("missing and unexpected partitions are listed", async () => {
    await cli("define", orders, "--source", "team-a");
    await cli("report", "warehouse/orders", "--partition", "2026-01-02");
    await cli("report", "warehouse/orders", "--partition", "2026-13-01");
    const missing = await cli("partitions", "warehouse/orders", "--missing");
    expect(missing.stdout.match(/^2026\S+/gm)).toEqual(["2026-01-01", "2026-01-03"]);
    expect(missing.stdout).toContain("2026-01-02 05:00:00Z"); // Friday at six in Berlin
    const json = await cli("partitions", "warehouse/orders", "--missing", "--json", "--limit", "1");
    expect(JSON.parse(json.stdout)).toMatchObject({ missing: [{ partition: "2026-01-01" }], has_more: true });
    const expected = await cli("partitions", "warehouse/orders", "--expected");
    expect(expected.stdout).toMatch(/UNEXPECTED\n2026-13-01/);
    const undefined_ = await cli("partitions", "raw/unknown", "--missing");
    expect(undefined_).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("No definition says") });
  });

  test("--suggest writes YAML that defines: the partitions and the rhythm of each asset", async () => {
    for (let i = 1; i <= 6; i++) {
      const day = `2026-11-0${i}`;
      await cli("report", "rhythm/daily", "--partition", day, "--timestamp", `${day}T05:00:00Z`);
    }
    const { exitCode, stdout } = await cli("define", "--suggest", "--prefix", "rhythm");
    expect(exitCode).toBe(0);
    expect(parseDefinitions(stdout)).toMatchObject([
      {
        key: ["rhythm", "daily"],
        partitions: { type: "daily", start: "2026-11-01" },
        freshness: { type: "time_window", warn_window: "36h", fail_window: "2d", early: "19h" },
      },
    ]);
    const again = await cli("define", fileOf("suggested.yaml", stdout), "--source", "suggested");
    expect(again.stdout).toBe("suggested: 1 added, 0 changed, 0 removed, 0 unchanged\n");
  });

  test("--suggest says in a comment why an asset gets no policy", async () => {
    for (const i of [1, 2, 3, 4, 24]) {
      await cli("report", "paused", "--timestamp", `2026-10-${String(i).padStart(2, "0")}T05:00:00Z`);
    }
    const { stdout } = await cli("define", "--suggest", "--prefix", "paused");
    expect(stdout).toContain(
      "\n  # No freshness is suggested: usually 24h passed between two materializations, but once 20d.\n  - key: paused",
    );
    expect(parseDefinitions(stdout)).toMatchObject([{ key: ["paused"], freshness: null }]);
  });
});

test.each([
  [["2026-11-01", "2026-11-02", "2026-11-04"], { type: "daily", start: "2026-11-01" }],
  [["2026-11-01", "2026-11-08", "2026-11-22"], { type: "weekly", start: "2026-11-01" }],
  [["2026-09", "2026-10", "2026-11"], { type: "monthly", fmt: "%Y-%m", start: "2026-09" }],
  [["2026-09-01", "2026-10-01", "2026-11-01"], { type: "monthly", start: "2026-09-01" }],
  [["2026-11-01-05:00", "2026-11-01-06:00", "2026-11-02-07:00"], { type: "hourly", start: "2026-11-01-05:00" }],
  [["eu", "us"], { type: "static", keys: ["eu", "us"] }],
  [[], undefined],
])("of the names %p the partitions are %p", (names, partitions) => {
  expect<unknown>(partitionsOf(names)).toEqual(partitions);
});

test("too few materializations have no rhythm, and those of one run count once", () => {
  const hour = 3_600_000;
  const freshnessOf = (times: readonly number[]) =>
    suggestFreshness(
      times.map((at) => ({ partition: null, at })),
      undefined,
    );
  expect(freshnessOf([0, hour, 2 * hour])).toBeUndefined();
  const times = Array.from({ length: 5 }, (_, i) => [i * hour, i * hour + 10]).flat();
  expect(freshnessOf(times)).toEqual({ type: "time_window", warn_window: "90m", fail_window: "2h" });
});
