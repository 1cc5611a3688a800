import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { patience, runAtTerminal, runCli, type Target, targets } from "./run-cli.ts";

setDefaultTimeout(patience);

describe.each(Object.entries(targets))("over %s", (_, open) => {
  let target: Target;
  const cli = (...args: string[]) => runCli(args, { env: target.env });
  const json = async (...args: string[]) => JSON.parse((await cli(...args, "--json")).stdout);

  beforeAll(async () => {
    target = await open();
    const metadata = ["--metadata", "rows=5", "--metadata", "share=1.10", "--metadata-json", '{"columns": ["id"]}'];
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
          share: { type: "float", raw_value: 1.1 },
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

  test("times are given as people say them", async () => {
    await cli("report", "timed/old", "--timestamp", "2020-01-02T12:00:00Z");
    await cli("report", "timed/new");
    const keys = async (...args: string[]) => {
      const { events } = await json("events", "--prefix", "timed", "--order", "asc", ...args);
      return events.map((event: { asset_key: string[] }) => event.asset_key[1]);
    };
    expect(await keys("--since", "yesterday")).toEqual(["new"]);
    expect(await keys("--since", "1h")).toEqual(["new"]);
    expect(await keys("--since", "2020-01-02", "--until", "2020-01-03")).toEqual(["old"]);
    const exported = await cli("export", "--prefix", "timed", "--until", "24h");
    expect(exported.stdout.match(/"timed","\w+"/g)).toEqual(['"timed","old"']);
    const tail = await cli("tail", "--prefix", "timed", "--since", "today", "--after", "0", "--limit", "1", "--json");
    expect(JSON.parse(tail.stdout).asset_key).toEqual(["timed", "new"]);
  });

  test("a back-fill of many days is one report, whose partitions are narrowed by when they were built", async () => {
    const days = ["--partitions", "2026-09-01..2026-11-29", "--timestamp", "2020-11-29T12:00:00Z"];
    const first = await json("report", "filled", ...days, "--idempotency-key", "fill");
    expect([first.recorded, first.duplicates, first.ids.length]).toEqual([90, 0, 90]);
    const again = await cli("report", "filled", ...days, "--idempotency-key", "fill");
    expect(again.stdout).toMatch(/^0 events recorded, 90 recorded before: \d+ to \d+\.\n$/);
    await cli("report", "filled", "--partition", "2026-11-01");
    await cli("report", "filled", "--partition", "2026-11-20");
    await cli("report", "filled", "--partition", "today");
    const partitions = async (...args: string[]) => {
      const list = await json("partitions", "filled", ...args);
      return { ...list, names: list.partitions.map(({ partition }: { partition: string }) => partition) };
    };
    expect((await partitions("--limit", "1000")).names.length).toBe(91);
    expect((await partitions("--since", "24h")).names).toEqual(["2026-11-01", "2026-11-20", "today"]);
    expect((await partitions("--since", "2020-11-29", "--until", "2020-11-30", "--limit", "100")).names.length).toBe(
      88,
    );
    const part = await partitions("--since", "24h", "--limit", "2");
    expect([part.names, part.has_more]).toEqual([["2026-11-01", "2026-11-20"], true]);
    expect((await partitions("--since", "24h", "--limit", "2", "--cursor", part.cursor)).names).toEqual(["today"]);
    const both = await cli("report", "filled", "--partition", "p", "--partitions", "2026-09-01");
    expect([both.exitCode, both.stderr]).toEqual([2, expect.stringContaining("cannot be used with option")]);
  });

  test("assets are narrowed to those that fail or are stale, and checks to those that fail", async () => {
    await cli("report", "state/old", "--timestamp", "2020-01-02T12:00:00Z");
    await cli("report-check", "state/old", "--check-name", "c", "--failed", "--partition", "p");
    await cli("report-check", "state/old", "--check-name", "d", "--passed");
    await cli("report", "state/new");
    await cli("report-check", "state/new", "--check-name", "c", "--failed", "--severity", "WARN");
    const keys = async (...args: string[]) => {
      const { assets } = await json("assets", "--prefix", "state", ...args);
      return assets.map(({ asset_key }: { asset_key: string[] }) => asset_key[1]);
    };
    expect(await keys("--failing")).toEqual(["new", "old"]);
    expect(await keys("--failing", "--stale", "24h")).toEqual(["old"]);
    expect(await keys("--order", "state")).toEqual(["old", "new"]);
    const { checks } = await json("checks", "--failing", "--prefix", "state");
    expect(checks).toMatchObject([
      { asset_key: ["state", "new"], check_name: "c" },
      { asset_key: ["state", "old"], check_name: "c", partition: "p" },
    ]);
    expect((await json("checks", "state/old", "--failing")).checks.length).toBe(1);
    const table = await cli("checks", "--failing", "--prefix", "state");
    expect(table.stdout).toMatch(/^ASSET +CHECK +PARTITION +OUTCOME .*\nstate\/new +c +failed \(WARN\) /);
    const neither = await cli("checks", "--prefix", "state");
    expect([neither.exitCode, neither.stderr]).toEqual([
      2,
      expect.stringContaining("Give an asset's key, or --failing"),
    ]);
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

  test("wipe at a terminal ends with the answer, whatever it is", async () => {
    await cli("report", "asked");
    const wipe = (answer: string) => runAtTerminal(["wipe", "asked"], target.env, { question: "[y/N] ", answer });
    expect((await wipe("n\r")).exitCode).toBe(1);
    expect((await wipe("yes\r")).exitCode).toBe(0);
  });

  test("wipe takes the events without a partition, and leaves the others", async () => {
    await cli("report", "mixed", "--partition", "p");
    await cli("report", "mixed");
    const wiped = await cli("wipe", "mixed", "--without-partition", "--yes");
    expect(wiped.stdout).toMatch(/^Wiped all events without a partition of asset mixed; event \d+ says so\.\n$/);
    expect((await json("asset", "mixed")).counts).toMatchObject({ materializations: 1, partitions: 1 });
    expect((await cli("wipe", "mixed", "--without-partition", "--partition", "p", "--yes")).exitCode).toBe(2);
    expect((await cli("wipe", "--event", "1", "--without-partition", "--yes")).exitCode).toBe(2);
  });

  test("wipe takes an asset or one event", async () => {
    const { id } = await json("report", "gone");
    expect(await json("wipe", "--event", `${id}`, "--yes")).toMatchObject({ type: "ASSET_WIPED", asset_key: ["gone"] });
    await cli("report", "gone");
    expect((await cli("wipe", "gone", "--yes")).exitCode).toBe(0);
    expect((await cli("asset", "gone")).exitCode).toBe(1);
  });
});
