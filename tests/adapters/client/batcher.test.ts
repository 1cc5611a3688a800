import { describe, expect, test } from "bun:test";
import { materialization } from "../../../adapters/client.ts";
import { event, recorder } from "./batcher-harness.ts";

describe("events are sent", () => {
  test("after a while, together", async () => {
    const { batcher, requests, timers } = recorder();
    const ids = [batcher.report(event("a")), batcher.report(event("b"))];
    await timers.hanging();
    expect(requests).toEqual([]);
    timers.fire();
    expect(await Promise.all(ids)).toEqual([1, 2]);
    expect(requests).toEqual([["a", "b"]]);
  });

  test("as soon as they are enough, and those that come meanwhile in the next request", async () => {
    const { batcher, requests } = recorder({ maxEvents: 2 });
    await Promise.all(["a", "b", "c", "d", "e"].map((name) => batcher.report(event(name))));
    expect(requests).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  });

  test("as soon as their bytes are enough, and a larger one by itself", async () => {
    const { batcher, requests } = recorder({ maxBytes: 1000 });
    const large = (name: string, length: number) => materialization(name, { description: "é".repeat(length) });
    const reports = [large("a", 100), large("b", 100), large("c", 1000), large("d", 1)];
    await Promise.all(reports.map((report) => batcher.report(report)));
    expect(requests).toEqual([["a", "b"], ["c"], ["d"]]);
  });

  test("when they are flushed, and a flush of nothing ends at once", async () => {
    const { batcher, requests } = recorder();
    const id = batcher.report(event("a"));
    await batcher.flush();
    expect(requests).toEqual([["a"]]);
    expect(await id).toBe(1);
    await batcher.flush();
    expect(requests).toHaveLength(1);
  });

  test("at the end of the batcher's scope, after which it takes no more", async () => {
    const { batcher, requests } = recorder();
    {
      await using scoped = batcher;
      scoped.report(event("a"));
    }
    expect(requests).toEqual([["a"]]);
    await expect(batcher.report(event("b"))).rejects.toMatchObject({ code: "closed" });
  });
});

test("no more events are held than may be, and ready() tells when there is room", async () => {
  const held = Promise.withResolvers<void>();
  const { batcher } = recorder({ maxPending: 2, maxEvents: 1 }, () => held.promise);
  const reports = [batcher.report(event("a")), batcher.report(event("b"))];
  await expect(batcher.report(event("c"))).rejects.toMatchObject({ code: "full" });
  const order: string[] = [];
  const ready = batcher.ready().then(() => order.push("ready"));
  order.push("held");
  held.resolve();
  await ready;
  expect(order).toEqual(["held", "ready"]);
  expect(await batcher.report(event("d"))).toBeGreaterThan(0);
  expect(await Promise.all(reports)).toEqual([1, 2]);
});
