import { expect } from "bun:test";
import { materialization } from "../../../core/index.ts";
import { appendUnit, duplicate, expectError, type Promises, record, recorded } from "./harness.ts";

export function closingContract(promises: Promises): void {
  promises("closing finishes what was accepted", async ({ log }) => {
    const calls = Array.from({ length: 100 }, () => appendUnit(log, { event: materialization("a") }));
    await log.close();
    expect(await Promise.all(calls)).toEqual(calls.map((_, i) => recorded(i + 1)));
  });

  promises("closing finishes what was accepted with idempotency keys", async ({ log }) => {
    const newEvent = { event: materialization("a"), idempotencyKey: "k" };
    const calls = [appendUnit(log, newEvent), appendUnit(log, newEvent)];
    await log.close();
    expect(await Promise.all(calls)).toEqual([recorded(1), duplicate(1)]);
  });

  promises("after closing every call rejects with closed", async ({ log }) => {
    await record(log, materialization("a"));
    const { cursor } = await log.query({}, { order: "asc", limit: 1 });
    await log.close();
    await expectError("closed", log.append([[{ event: materialization("a") }]]));
    await expectError("closed", log.append([]));
    await expectError("closed", log.get(1));
    await expectError("closed", log.query({}, { order: "asc", limit: 1 }));
    await expectError("closed", log.query({}, { order: "desc", limit: 1, cursor: cursor ?? "" }));
    await expectError("closed", log.asset(["a"]));
  });

  promises("a call made while it closes is refused", async ({ log }) => {
    const accepted = record(log, materialization("a"));
    const closing = log.close();
    await expectError("closed", record(log, materialization("b")));
    await closing;
    expect(await accepted).toEqual([1]);
  });

  promises("closing twice is no mistake", async ({ log }) => {
    await Promise.all([log.close(), log.close()]);
    await log.close();
  });
}
