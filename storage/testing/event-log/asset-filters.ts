import { checkEvaluation, materialization, observation, type RunlessEvent } from "../../../core/index.ts";
import type { AssetFilter, AssetListRequest, EventLog } from "../../event-log.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, expectError, record } from "./harness.ts";
import { walkPages } from "./walk-pages.ts";

const check = (key: string, checkName: string, passed: boolean, partition: string | null = null): RunlessEvent =>
  checkEvaluation(key, { checkName, passed, partition });

/** The keys, as text, of every page. */
async function listed(
  log: EventLog,
  filter: AssetFilter,
  order?: AssetListRequest["order"],
  limits?: readonly number[],
): Promise<readonly string[]> {
  const pages = await walkPages(
    (page) => log.assets(filter, { ...page, order }),
    ({ assets }) => assets,
    limits,
  );
  return pages.flatMap(({ assets }) => assets.map(({ assetKey }) => assetKey.join("/")));
}

export function assetFiltersContract(declareTest: DeclareTest): void {
  declareTest(
    "failing finds assets with a check whose latest evaluation of some partition failed, whatever came before",
    async ({ log }) => {
      await record(
        log,
        ...[check("broken", "c", true), check("broken", "c", false), check("broken", "d", true)],
        ...[check("mended", "c", false), check("mended", "c", true)],
        ...[check("partly", "c", false, "p"), check("partly", "c", true, "q"), check("partly", "c", true)],
        ...[check("apart", "c", false, "p"), check("apart", "c", true, "q"), check("apart", "c", true, "p")],
        ...[materialization("unchecked"), check("warned", "c", true)],
        checkEvaluation("warned", { checkName: "c", passed: false, severity: "WARN" }),
      );
      for (const limits of [[1], [100]]) {
        expect(await listed(log, { failing: true }, "key", limits)).toEqual(["broken", "partly", "warned"]);
      }
      expect(await listed(log, { failing: false })).toHaveLength(6);
    },
  );

  declareTest("quietSince finds what was neither materialized nor observed from then on", async ({ log }) => {
    await record(
      log,
      ...[materialization("old", { timestamp: 10 }), check("old", "c", true)],
      ...[materialization("new", { timestamp: 30 }), materialization("new", { timestamp: 10 })],
      ...[materialization("seen", { timestamp: 10 }), observation("seen", { timestamp: 20 })],
      check("never", "c", true),
    );
    expect(await listed(log, { quietSince: 20 })).toEqual(["never", "old"]);
    expect(await listed(log, { quietSince: 21 })).toEqual(["never", "old", "seen"]);
    expect(await listed(log, { quietSince: 10 })).toEqual(["never"]);
  });

  declareTest("type finds assets that have events of it", async ({ log }) => {
    await record(log, materialization("m"), observation("o"), check("c", "x", true), observation("m"));
    expect(await listed(log, { type: "ASSET_MATERIALIZATION" })).toEqual(["m"]);
    expect(await listed(log, { type: "ASSET_OBSERVATION" })).toEqual(["m", "o"]);
    expect(await listed(log, { type: "ASSET_CHECK_EVALUATION" })).toEqual(["c"]);
  });

  declareTest("filters hold together, with a search and a prefix", async ({ log }) => {
    await record(
      log,
      ...["a/x", "a/y", "b/x"].flatMap((key) => [check(key, "c", false), materialization(key, { timestamp: 5 })]),
      ...[check("a/xx", "c", false), observation("a/xx", { timestamp: 50 })],
    );
    const filter: AssetFilter = {
      prefix: ["a"],
      search: "x",
      failing: true,
      quietSince: 10,
      type: "ASSET_MATERIALIZATION",
    };
    for (const order of ["key", "latest"] as const) expect(await listed(log, filter, order, [1])).toEqual(["a/x"]);
  });

  declareTest("by latest: the newest materialization or observation first, then by key", async ({ log }) => {
    await record(
      log,
      ...[check("z", "c", true), check("never", "c", true)],
      ...[materialization("b", { timestamp: 20 }), materialization("a", { timestamp: 20 })],
      ...[observation("c", { timestamp: 30 }), materialization("c", { timestamp: 5 })],
      ...[materialization("before", { timestamp: -5 }), materialization("epoch", { timestamp: 0 })],
    );
    const keys = ["c", "a", "b", "epoch", "before", "never", "z"];
    for (const limits of [[1], [2], [3], [100]]) expect(await listed(log, {}, "latest", limits)).toEqual(keys);
  });

  declareTest("by state: what fails first, then what warns, then by key", async ({ log }) => {
    const warning = (key: string) => checkEvaluation(key, { checkName: "w", passed: false, severity: "WARN" });
    await record(
      log,
      ...[check("fine", "c", false, "p"), check("fine", "c", true, "p"), materialization("a")],
      ...[check("z", "c", false, "p"), check("z", "c", true, "q"), warning("y"), warning("x"), check("x", "c", true)],
      ...[warning("b"), check("b", "c", false)],
    );
    const keys = ["b", "z", "x", "y", "a", "fine"];
    for (const limits of [[1], [2], [3], [100]]) expect(await listed(log, {}, "state", limits)).toEqual(keys);
    expect(await listed(log, { failing: true }, "state", [2])).toEqual(keys.slice(0, 4));
  });

  declareTest("by reports: what was reported most often first, then by key", async ({ log }) => {
    await record(
      log,
      ...[materialization("c", { dataVersion: "v", partition: "p" }), check("b", "c", true), observation("b")],
      ...[check("b", "c", true, "p"), materialization("a"), observation("z"), materialization("z")],
    );
    const keys = ["b", "z", "a", "c"];
    for (const limits of [[1], [3], [100]]) expect(await listed(log, {}, "reports", limits)).toEqual(keys);
    await log.wipe({ eventId: 3 }, null);
    await log.wipe({ eventId: 4 }, null);
    expect(await listed(log, {}, "reports")).toEqual(["z", "a", "b", "c"]);
  });

  declareTest("a cursor of one order or filter is none of another", async ({ log }) => {
    await record(log, materialization("a"), materialization("b"));
    const { cursor } = await log.assets({}, { limit: 1, order: "latest" });
    const page = { limit: 1, cursor: cursor ?? "" };
    await expectError("bad_cursor", log.assets({}, { ...page, order: "key" }));
    await expectError("bad_cursor", log.assets({ failing: true }, { ...page, order: "latest" }));
    await expectError("bad_cursor", log.assets({ type: "ASSET_OBSERVATION" }, { ...page, order: "latest" }));
    await expectError("bad_cursor", log.assets({ quietSince: 1 }, { ...page, order: "latest" }));
  });
}
