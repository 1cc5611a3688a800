import { checkEvaluation, materialization } from "../../../core/index.ts";
import type { AssetFilter, EventLog } from "../../event-log.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, expectError, record } from "./harness.ts";

const partitions = ["p1", "p2", "p3", "p4"];

export function listCursorsContract(declareTest: DeclareTest): void {
  declareTest("an empty log gives empty lists with a null cursor, and no more", async ({ log }) => {
    expect(await log.assets({}, { limit: 5 })).toEqual({ assets: [], cursor: null, hasMore: false });
    expect(await log.partitions(["a"], { limit: 5 })).toEqual({ partitions: [], cursor: null, hasMore: false });
    expect(await log.checks(["a"], { limit: 5 })).toEqual({ checks: [], cursor: null, hasMore: false });
  });

  declareTest("has_more is false where the page had room for more", async ({ log }) => {
    await recordSample(log);
    expect(endOf(await log.assets({}, { limit: 10 }))).toEqual(["string", false]);
    expect(endOf(await log.partitions(["a"], { limit: 10 }))).toEqual(["string", false]);
    expect(endOf(await log.checks(["a"], { limit: 10 }))).toEqual(["string", false]);
  });

  declareTest("a list goes on after its cursor, whatever was reported or wiped in between", async ({ log }) => {
    await recordSample(log);
    const assets = await log.assets({}, { limit: 2 });
    const ofA = await log.partitions(["a"], { limit: 2 });
    const checks = await log.checks(["a"], { limit: 2 });
    expect(ofA.partitions.map(({ partition }) => partition)).toEqual(["p1", "p2"]);
    await log.wipe({ assetKey: ["a"], partition: "p2" }, null);
    await log.wipe({ assetKey: ["b"] }, null);
    await record(log, materialization("aa"), materialization("bb"));
    await record(log, ...sampleOf("a", "p0"), ...sampleOf("a", "p25"));
    const rest = await log.assets({}, { limit: 10, cursor: assets.cursor ?? "" });
    expect(rest.assets.map(({ assetKey }) => assetKey)).toEqual([["bb"], ["c"], ["d"]]);
    const restOfA = await log.partitions(["a"], { limit: 10, cursor: ofA.cursor ?? "" });
    expect(restOfA.partitions.map(({ partition }) => partition)).toEqual(["p25", "p3", "p4"]);
    const restOfChecks = await log.checks(["a"], { limit: 10, cursor: checks.cursor ?? "" });
    expect(restOfChecks.checks.map(({ partition }) => partition)).toEqual(["p25", "p3", "p4"]);
  });

  declareTest("a page that finds nothing more keeps its place", async ({ log }) => {
    await recordSample(log);
    for (const read of [
      (cursor?: string) => log.assets({}, { limit: 100, cursor }),
      (cursor?: string) => log.partitions(["a"], { limit: 100, cursor }),
      (cursor?: string) => log.checks(["a"], { limit: 100, cursor }),
    ]) {
      const { cursor } = await read();
      expect(await read(cursor ?? "")).toMatchObject({ cursor, hasMore: false });
    }
  });

  declareTest("a cursor of a list needs no escape in a URL", async ({ log }) => {
    for (const text of ["é?&#%", "\u0000", "\u{1f600}>>>???", "a b/c"]) {
      await record(log, materialization([text]), ...sampleOf("x", text));
      const cursors = [
        (await log.assets({ prefix: [text] }, { limit: 1 })).cursor,
        (await log.partitions(["x"], { limit: 1 })).cursor,
        (await log.checks(["x"], { limit: 1 })).cursor,
      ];
      for (const cursor of cursors) expect(cursor).toMatch(/^[\w.~-]+$/);
    }
  });

  declareTest("a cursor of assets with another prefix or search is a bad_cursor", async ({ log }) => {
    await recordSample(log);
    const filters: readonly AssetFilter[] = [
      {},
      { prefix: ["a"] },
      { prefix: ["a", "b"] },
      { prefix: ["a/b"] },
      { search: "" },
      { search: "a" },
      { prefix: ["a"], search: "a" },
    ];
    for (const filter of filters) {
      const { cursor } = await log.assets(filter, { limit: 1 });
      if (cursor === null) continue;
      for (const other of filters.filter((candidate) => candidate !== filter)) {
        await expectError("bad_cursor", log.assets(other, { limit: 1, cursor }));
      }
      await log.assets({ ...filter }, { limit: 7, cursor });
    }
  });

  declareTest("a cursor of another list, or of another asset's, is a bad_cursor", async ({ log }) => {
    await recordSample(log);
    const lists = [
      (cursor?: string) => log.assets({}, { limit: 1, cursor }),
      (cursor?: string) => log.assets({ prefix: ["a"] }, { limit: 1, cursor }),
      (cursor?: string) => log.partitions(["a"], { limit: 1, cursor }),
      (cursor?: string) => log.partitions(["b"], { limit: 1, cursor }),
      (cursor?: string) => log.checks(["a"], { limit: 1, cursor }),
      (cursor?: string) => log.checks(["b"], { limit: 1, cursor }),
      (cursor?: string) => log.query({}, { order: "asc", limit: 1, cursor }),
    ];
    for (const read of lists) {
      const { cursor } = await read();
      for (const other of lists.filter((candidate) => candidate !== read)) {
        await expectError("bad_cursor", other(cursor ?? ""));
      }
    }
  });

  declareTest("a cursor that no page gave is a bad_cursor", async ({ log }) => {
    await recordSample(log);
    const { cursor } = await log.assets({}, { limit: 1 });
    for (const bad of [
      "",
      "1",
      "-",
      "nonsense",
      "null",
      "\u0000",
      "é",
      ` ${cursor}`,
      `${cursor} `,
      "W10",
      "9".repeat(400),
    ]) {
      await expectError("bad_cursor", log.assets({}, { limit: 1, cursor: bad }));
      await expectError("bad_cursor", log.partitions(["a"], { limit: 1, cursor: bad }));
      await expectError("bad_cursor", log.checks(["a"], { limit: 1, cursor: bad }));
    }
  });
}

function endOf({ cursor, hasMore }: { readonly cursor: string | null; readonly hasMore: boolean }) {
  return [typeof cursor, hasMore];
}

function sampleOf(key: string, partition: string) {
  return [materialization(key, { partition }), checkEvaluation(key, { checkName: "c", passed: true, partition })];
}

/** The assets a, b, c and d, each with four partitions and checks. */
async function recordSample(log: EventLog): Promise<void> {
  const events = ["a", "b", "c", "d"].flatMap((key) => partitions.flatMap((partition) => sampleOf(key, partition)));
  await record(log, ...events);
}
