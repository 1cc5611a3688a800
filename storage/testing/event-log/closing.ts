import { materialization } from "../../../core/index.ts";
import { expect } from "../expect.ts";
import { appendUnit, type DeclareTest, duplicate, expectError, record, recorded } from "./harness.ts";

export function closingContract(declareTest: DeclareTest): void {
  declareTest("closing finishes what was accepted", async ({ log }) => {
    const calls = Array.from({ length: 100 }, () => appendUnit(log, { event: materialization("a") }));
    await log.close();
    expect(await Promise.all(calls)).toEqual(calls.map((_, i) => recorded(i + 1)));
  });

  declareTest("closing finishes what was accepted with idempotency keys", async ({ log }) => {
    const newEvent = { event: materialization("a"), idempotencyKey: "k" };
    const calls = [appendUnit(log, newEvent), appendUnit(log, newEvent)];
    await log.close();
    expect(await Promise.all(calls)).toEqual([recorded(1), duplicate(1)]);
  });

  declareTest("closing finishes a wipe that was accepted", async ({ log }) => {
    await record(log, materialization("a"));
    const wipe = log.wipe({ assetKey: ["a"] }, "me");
    await log.close();
    expect(await wipe).toMatchObject({ id: 2, type: "ASSET_WIPED", assetKey: ["a"] });
  });

  declareTest("after closing every call rejects with closed", async ({ log }) => {
    await record(log, materialization("a"));
    const { cursor } = await log.query({}, { order: "asc", limit: 1 });
    await log.close();
    await expectError("closed", log.append([[{ event: materialization("a") }]]));
    await expectError("closed", log.append([]));
    await expectError("closed", log.get(1));
    await expectError("closed", log.query({}, { order: "asc", limit: 1 }));
    await expectError("closed", log.query({}, { order: "desc", limit: 1, cursor: cursor ?? "" }));
    await expectError("closed", log.asset(["a"]));
    await expectError("closed", log.assets({}, { limit: 1 }));
    await expectError("closed", log.partitions(["a"], { limit: 1 }));
    await expectError("closed", log.checks(["a"], { limit: 1 }));
    await expectError("closed", log.wipe({ assetKey: ["a"] }, null));
    await expectError("closed", log.id());
    await expectError("closed", new Promise((resolve) => resolve(log.watch(() => {}))));
  });

  declareTest("a call made while it closes is refused", async ({ log }) => {
    const accepted = record(log, materialization("a"));
    const closing = log.close();
    await expectError("closed", record(log, materialization("b")));
    await closing;
    expect(await accepted).toEqual([1]);
  });

  declareTest("a listener may stop after closing, and hears of nothing more", async ({ log }) => {
    const stop = log.watch(() => {});
    await log.close();
    stop();
  });

  declareTest("closing twice is no mistake", async ({ log }) => {
    await Promise.all([log.close(), log.close()]);
    await log.close();
  });
}
