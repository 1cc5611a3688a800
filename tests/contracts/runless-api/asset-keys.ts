import { expect } from "bun:test";
import { materialization } from "../../../core/index.ts";
import type { Promises } from "./harness.ts";

export function assetKeysContract(promises: Promises): void {
  promises("keys stand in the order of their code points, below a prefix", async ({ api, key }) => {
    const below = [["s3"], ["s3", "1"], ["s3", "B"], ["s3", "a"], ["s3", "\uffee"], ["s3", "\u{1f600}"]];
    const others = [["s3x"], ["s"], ["S3", "a"], ["s3/a"]];
    const all = [...others, ...below.toReversed()];
    await api.reportRunlessAssetEvents(all.map((parts) => materialization(key(...parts))));
    expect(await api.getAssetKeys({ prefix: key("s3") })).toMatchObject({
      assetKeys: below.map((parts) => key(...parts)),
      hasMore: false,
    });
  });

  promises("a limit ends a page of keys, and its cursor begins the next", async ({ api, key }) => {
    await api.reportRunlessAssetEvents(["a", "b", "c"].map((name) => materialization(key(name))));
    const prefix = key();
    const first = await api.getAssetKeys({ prefix, limit: 2 });
    expect(first).toMatchObject({ assetKeys: [key("a"), key("b")], hasMore: true });
    const second = await api.getAssetKeys({ prefix, limit: 2, cursor: first.cursor ?? "" });
    expect(second).toMatchObject({ assetKeys: [key("c")], hasMore: false });
  });

  promises("without options, every key is there", async ({ api, key }) => {
    await api.reportRunlessAssetEvents([materialization(key("a")), materialization(key("b"))]);
    const { assetKeys, hasMore } = await api.getAssetKeys();
    expect(assetKeys).toEqual(expect.arrayContaining([key("a"), key("b")]));
    expect(hasMore).toBe(false);
  });

  promises("below a prefix without events there are no keys", async ({ api, key }) => {
    expect(await api.getAssetKeys({ prefix: key("never") })).toMatchObject({ assetKeys: [], hasMore: false });
  });
}
