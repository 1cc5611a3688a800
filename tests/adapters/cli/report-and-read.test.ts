import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { patience, runCli, type Target, targets } from "./run-cli.ts";

setDefaultTimeout(patience);

describe.each(Object.entries(targets))("over %s", (_, open) => {
  let target: Target;
  const cli = (...args: string[]) => runCli(args, { env: target.env });
  const json = async (...args: string[]) => JSON.parse((await cli(...args, "--json")).stdout);

  beforeAll(async () => {
    target = await open();
    const metadata = ["--metadata", "rows=5", "--metadata", "release=1.10", "--metadata-json", '{"columns": ["id"]}'];
    const said = ["--partition", "2026-11-23", "--data-version", "v1", "--description", "nightly"];
    const time = ["--timestamp", "2026-11-23T03:00:00Z", "--idempotency-key", "nightly"];
    await cli("report", "s3/orders", ...metadata, ...said, ...time);
    await cli("report-check", "s3/orders", "--check-name", "fresh", "--failed", "--severity", "WARN");
    await cli("report-observation", '["vendor", "a/b"]', "--metadata", "ok=true");
  });
  afterAll(() => target.stop());

  test("report records a materialization with everything that was said of it", async () => {
    const { events } = await json("events", "--type", "materialization", "--before", "4");
    expect(events).toMatchObject([
      {
        id: 1,
        type: "ASSET_MATERIALIZATION",
        asset_key: ["s3", "orders"],
        partition: "2026-11-23",
        timestamp: "2026-11-23T03:00:00.000Z",
        description: "nightly",
        data_version: "v1",
        metadata: {
          rows: { type: "int", raw_value: 5 },
          release: { type: "text", raw_value: "1.10" },
          columns: { type: "json", raw_value: ["id"] },
        },
      },
    ]);
  });

  test("a report under a key that was used is answered as the first time, and refused with other content", async () => {
    const key = ["--timestamp", "2026-11-23T03:00:00Z", "--idempotency-key", "one"];
    const first = await json("report", "keyed", ...key);
    expect(await json("report", "keyed", ...key)).toEqual({ id: first.id, duplicate: true });
    const other = await cli("report", "keyed", ...key, "--description", "another");
    expect(other).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("other content") });
  });

  test("assets are listed by prefix and by text", async () => {
    const keys = async (...args: string[]) =>
      (await json("assets", ...args)).assets.map((a: { asset_key: string[] }) => a.asset_key);
    expect(await keys("--prefix", "s3")).toEqual([["s3", "orders"]]);
    expect(await keys("--search", "A/B")).toEqual([["vendor", "a/b"]]);
    expect((await json("assets", "--limit", "1")).has_more).toBe(true);
  });

  test("an asset is shown, and one that is not there is not found", async () => {
    expect(await json("asset", "s3/orders")).toMatchObject({
      data_version: "v1",
      counts: { materializations: 1, observations: 0, check_evaluations: 1, partitions: 1 },
    });
    const { exitCode, stderr } = await cli("asset", "nothing");
    expect([exitCode, stderr]).toEqual([1, "runless: There is no asset nothing: nothing reported it.\n"]);
  });

  test("partitions and checks are listed with their latest event", async () => {
    expect((await json("partitions", "s3/orders")).partitions).toMatchObject([
      { partition: "2026-11-23", materializations: 1, latest_materialization: { id: 1 } },
    ]);
    expect((await json("checks", "s3/orders")).checks).toMatchObject([
      { check_name: "fresh", partition: null, evaluations: 1, latest_evaluation: { passed: false, severity: "WARN" } },
    ]);
  });

  test("events are narrowed down by every filter", async () => {
    const ids = async (...args: string[]) =>
      (await json("events", ...args)).events.map((event: { id: number }) => event.id);
    const bounds = ["--before", "4", "--order", "asc"];
    const time = ["--since", "2026-11-23T03:00:00Z", "--until", "2026-11-23T03:00:00.001Z"];
    const found = await Promise.all([
      ids(...bounds, "--asset-key", "s3/orders", "--check-name", "fresh"),
      ids(...bounds, "--prefix", "vendor", "--type", "observation"),
      ids(...bounds, "--partition", "2026-11-23", ...time),
    ]);
    expect(found).toEqual([[2], [3], [1]]);
    const page = await json("events", ...bounds, "--after", "1", "--limit", "1");
    expect(await ids(...bounds, "--after", "1", "--cursor", page.cursor)).toEqual([3]);
  });

  test("tables have no colours where they are piped", async () => {
    const commands = ["assets", "asset s3/orders", "events", "partitions s3/orders"];
    const results = await Promise.all(commands.map((command) => cli(...command.split(" "))));
    expect(results.filter(({ exitCode, stdout }) => exitCode !== 0 || stdout.includes("\u001b"))).toEqual([]);
    expect((await cli("checks", "s3/orders")).stdout).toMatch(/^CHECK +PARTITION +OUTCOME .*\nfresh +failed \(WARN\) /);
  });

  test("tail shows what was recorded after an id, and then what is recorded", async () => {
    const tail = runCli(["tail", "--after", "2", "--prefix", "vendor", "--limit", "2", "--json"], { env: target.env });
    await cli("report", "vendor/late");
    const lines = (await tail).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).asset_key);
    expect(lines).toEqual([
      ["vendor", "a/b"],
      ["vendor", "late"],
    ]);
  });

  test("wipe asks first, and without a yes wipes nothing", async () => {
    await cli("report", "old", "--partition", "p");
    const options = (input: string) => ({ env: target.env, input });
    expect(await runCli(["wipe", "old"], options("n\n"))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("Nothing was wiped"),
    });
    expect((await runCli(["wipe", "old"], options(""))).exitCode).toBe(1);
    expect((await cli("asset", "old")).exitCode).toBe(0);
    expect((await runCli(["wipe", "old", "--partition", "p"], options("y\n"))).exitCode).toBe(0);
    expect((await cli("asset", "old")).exitCode).toBe(1);
    expect((await cli("wipe", "old", "--yes")).exitCode).toBe(1);
  });

  test("wipe takes an asset or one event", async () => {
    const { id } = await json("report", "gone");
    expect(await json("wipe", "--event", `${id}`, "--yes")).toMatchObject({ type: "ASSET_WIPED", asset_key: ["gone"] });
    await cli("report", "gone");
    expect((await cli("wipe", "gone", "--yes")).exitCode).toBe(0);
    expect((await cli("asset", "gone")).exitCode).toBe(1);
  });
});
