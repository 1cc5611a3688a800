import { expect } from "bun:test";
import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import type { Promises } from "./harness.ts";

export function partitionsContract(promises: Promises): void {
  promises("only partitions that were materialized count, each once, by code point", async ({ api, key }) => {
    const partitions = ["b", "\u{1f600}", "a", "\uffee", "", "b"];
    await api.reportRunlessAssetEvents([
      ...partitions.map((partition) => materialization(key("a"), { partition })),
      materialization(key("a")),
      observation(key("a"), { partition: "seen" }),
      checkEvaluation(key("a"), { checkName: "c", passed: true, partition: "checked" }),
    ]);
    const expected = ["", "a", "b", "\uffee", "\u{1f600}"];
    expect([...(await api.getMaterializedPartitions(key("a")))]).toEqual(expected);
    expect([...(await api.getMaterializedPartitions(key("a"), { after: 0 }))]).toEqual(expected);
    expect([...(await api.getMaterializedPartitions(key("never")))]).toEqual([]);
  });

  promises("between two ids, the partitions of the events there count", async ({ api, key }) => {
    const { ids } = await api.reportRunlessAssetEvents(
      ["a", "b", "c", "b"].map((partition) => materialization(key("a"), { partition })),
    );
    const [first, , , fourth] = ids;
    expect([...(await api.getMaterializedPartitions(key("a"), { after: first }))]).toEqual(["b", "c"]);
    expect([...(await api.getMaterializedPartitions(key("a"), { before: fourth }))]).toEqual(["a", "b", "c"]);
    expect([...(await api.getMaterializedPartitions(key("a"), { after: first, before: fourth }))]).toEqual(["b", "c"]);
  });

  promises("more partitions than one page holds are all there", async ({ api, key }) => {
    const partitions = Array.from({ length: 1100 }, (_, i) => String(i).padStart(4, "0"));
    await api.reportRunlessAssetEvents(partitions.map((partition) => materialization(key("a"), { partition })));
    expect([...(await api.getMaterializedPartitions(key("a")))]).toEqual(partitions);
    const status = await api.getStatusByPartition(key("a"), ["1099", "1100"]);
    expect([...status.values()]).toEqual(["MATERIALIZED", null]);
  });

  promises("each partition that is asked for has its status, in that order", async ({ api, key }) => {
    await api.reportRunlessAssetEvents([
      materialization(key("a"), { partition: "2026-11-23" }),
      materialization(key("a"), { partition: "2026-11-24" }),
      observation(key("a"), { partition: "2026-11-25" }),
    ]);
    const asked = ["2026-11-25", "__proto__", "2026-11-23"];
    expect([...(await api.getStatusByPartition(key("a"), asked))]).toEqual([
      ["2026-11-25", null],
      ["__proto__", null],
      ["2026-11-23", "MATERIALIZED"],
    ]);
    expect((await api.getStatusByPartition(key("a"), [])).size).toBe(0);
    expect([...(await api.getStatusByPartition(key("never"), ["p"]))]).toEqual([["p", null]]);
  });
}
