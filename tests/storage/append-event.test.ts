import { describe, expect, test } from "bun:test";
import { materialization } from "../../core/index.ts";
import { appendEvent, appendUnit } from "../../storage/append-event.ts";
import type { UnitResult } from "../../storage/event-log.ts";

const logThat = (...results: UnitResult[]) => ({ append: async () => results });
const unit = [{ event: materialization("a") }, { event: materialization("b"), idempotencyKey: "today" }];
const [event = { event: materialization("a") }] = unit;

describe("a unit that is appended alone", () => {
  test("comes to the events that were recorded", async () => {
    const events = [{ id: 7, duplicate: false }];
    expect(await appendUnit(logThat({ status: "recorded", events }), unit)).toEqual({ status: "recorded", events });
    expect(await appendEvent(logThat({ status: "recorded", events }), event)).toEqual({ id: 7, duplicate: false });
  });

  test("is recorded without asking the log if it has no events", async () => {
    const log = { append: () => Promise.reject(new Error("not asked")) };
    expect(await appendUnit(log, [])).toEqual({ status: "recorded", events: [] });
  });

  test("comes to a conflict that names the key and the event it stands for", async () => {
    const outcome = await appendUnit(logThat({ status: "conflict", index: 1, id: 3 }), unit);
    expect(outcome).toMatchObject({ status: "conflict", index: 1 });
    expect(outcome).toHaveProperty("reason", expect.stringMatching(/"today" was sent before, recorded as event 3/));
    const within = await appendUnit(logThat({ status: "conflict", index: 1, id: null }), unit);
    expect(within).toHaveProperty("reason", expect.stringMatching(/"today" was sent earlier in the same call/));
  });

  test("comes to the store's reason if it can't be kept, and to a reason if the log answers nothing", async () => {
    const failed = logThat({ status: "failed", message: "too large" });
    expect(await appendUnit(failed, unit)).toEqual({ status: "rejected", reason: "too large" });
    await expect(appendEvent(failed, event)).rejects.toMatchObject({
      code: "rejected",
      message: expect.stringMatching(/: too large$/),
    });
    await expect(appendEvent(logThat(), event)).rejects.toMatchObject({
      code: "rejected",
      message: expect.stringMatching(/no result/),
    });
  });
});
