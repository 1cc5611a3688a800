import { expect } from "bun:test";
import { checkEvaluation, materialization } from "../../../core/index.ts";
import { expectCode, type Promises } from "./harness.ts";

const hour = 3_600_000;

export function waitingContract(promises: Promises): void {
  promises("what is there already ends a wait at once", async ({ api, key }) => {
    const [a, b] = [key("a"), key("b/c")];
    await api.reportRunlessAssetEvents([materialization(a, { partition: "p" }), materialization(b)]);
    const there = { satisfied: true } as const;
    expect(await api.waitFor([a], { partition: "p" })).toEqual(there);
    expect(await api.waitFor([a, b], { within: hour })).toEqual(there);
    expect(await api.waitFor([a, b], { since: Date.now() - hour, partition: undefined })).toEqual(there);
  });

  promises("what is missing, old or failed is named when the time is up", async ({ api, key }) => {
    const [a, b] = [key("a"), key("b")];
    const old = materialization(a, { partition: "p", timestamp: Date.now() - 2 * hour });
    await api.reportRunlessAssetEvents([old, checkEvaluation(a, { checkName: "c", partition: "p", passed: false })]);
    const missing = { assetKey: b, what: "materialization", state: "missing" } as const;
    const now = { timeout: 0 };
    expect(await api.waitFor([a, b], { within: hour }, now)).toEqual({
      satisfied: false,
      waitingFor: [{ assetKey: a, what: "materialization", state: "stale" }, missing],
      failedFast: false,
    });
    const failed = [{ assetKey: a, what: "check:c", state: "failed" }] as const;
    const onCheck = { partition: "p", checks: ["c"] };
    expect(await api.waitFor([a], onCheck, { timeout: 300 })).toMatchObject({ waitingFor: failed, failedFast: false });
    expect(await api.waitFor([a], { ...onCheck, failFast: true })).toMatchObject({
      waitingFor: failed,
      failedFast: true,
    });
    expect(await api.waitFor([a], { partition: "p", checks: "all", failFast: true })).toMatchObject({
      waitingFor: failed,
    });
    const warned = checkEvaluation(a, { checkName: "c", partition: "p", passed: false, severity: "WARN" });
    await api.reportRunlessAssetEvent(warned);
    expect(await api.waitFor([a], onCheck)).toEqual({ satisfied: true });
    expect(await api.waitFor([a], { ...onCheck, strict: true }, now)).toMatchObject({ waitingFor: failed });
    await api.reportRunlessAssetEvent(materialization(a, { partition: "p" }));
    const stale = [{ assetKey: a, what: "check:c", state: "stale" }] as const;
    expect(await api.waitFor([a], onCheck, now)).toMatchObject({ waitingFor: stale });
  });

  promises("a wait ends with the report that it waits for, and through no other", async ({ api, key }) => {
    const [a, b] = [key("a"), key("b")];
    let isOver = false;
    const waiting = api.waitFor([a, b], { partition: "p", checks: ["c"] }).finally(() => {
      isOver = true;
    });
    const passed = (asset: typeof a) => checkEvaluation(asset, { checkName: "c", partition: "p", passed: true });
    await api.reportRunlessAssetEvents([materialization(a, { partition: "p" }), passed(a), passed(b)]);
    await api.reportRunlessAssetEvent(materialization(b, { partition: "q" }));
    await api.reportRunlessAssetEvent(materialization(b, { partition: "p" }));
    const { waitingFor } = (await api.waitFor([a, b], { partition: "p", checks: ["c"] }, { timeout: 0 })) as {
      readonly waitingFor?: unknown;
    };
    expect([isOver, waitingFor]).toEqual([false, [{ assetKey: b, what: "check:c", state: "stale" }]]);
    await api.reportRunlessAssetEvent(passed(b));
    expect(await waiting).toEqual({ satisfied: true });
  });

  promises("a wait that can't be asked for is refused", async ({ api, key }) => {
    const a = key("a");
    await expectCode("bad_request", api.waitFor([a], {}));
    await expectCode("bad_request", api.waitFor([], { since: 0 }));
    await expectCode("bad_request", api.waitFor([a], { checks: "all" }));
    await expectCode("bad_request", api.waitFor([a], { since: 0, checks: [] }));
    await expectCode("bad_request", api.waitFor([a], { fresh: true }));
    await expectCode("bad_request", api.waitFor(Array<typeof a>(51).fill(a), { since: 0 }));
    const reason = new Error("enough");
    const stop = new AbortController();
    const waiting = api.waitFor([a], { partition: "never" }, { signal: stop.signal });
    await api.waitFor([a], { partition: "never" }, { timeout: 0 });
    stop.abort(reason);
    expect(await waiting.then(() => "done", String)).toBe(String(reason));
  });
}
