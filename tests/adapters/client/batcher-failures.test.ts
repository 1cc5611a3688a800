import { describe, expect, test } from "bun:test";
import { EventBatcher, materialization, type NewEvent, RunlessClientError } from "../../../adapters/client.ts";
import { event, recorder } from "./batcher-harness.ts";
import { testClient, testServer } from "./harness.ts";

describe("a failure", () => {
  test("of one event is that event's, and the others are recorded", async () => {
    const { batcher, requests } = recorder({}, (batch) => {
      const failures = batch.flatMap((name, index) => (name === "bad" ? [{ index, message: "wrong" }] : []));
      if (failures.length > 0) throw new RunlessClientError("bad_request", "1 is wrong", { status: 400, failures });
    });
    const answers = Promise.allSettled(["a", "bad", "b"].map((name) => batcher.report(event(name))));
    await batcher.flush();
    const refusal = { code: "bad_request", message: "wrong", status: 400 };
    expect(await answers).toMatchObject([{ value: 1 }, { reason: refusal }, { value: 2 }]);
    expect(requests).toEqual([
      ["a", "bad", "b"],
      ["a", "b"],
    ]);
  });

  test("that names no event is found by halves", async () => {
    const { batcher } = recorder({}, (batch) => {
      if (batch.includes("large")) throw new RunlessClientError("too_large", "too large");
    });
    const answers = Promise.allSettled(["a", "b", "large", "c", "d"].map((name) => batcher.report(event(name))));
    await batcher.flush();
    expect((await answers).map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
  });

  test("of the server is every event's, and the next batch is sent all the same", async () => {
    let isDown = true;
    const { batcher, requests } = recorder({ maxEvents: 2 }, () => {
      if (isDown) throw new RunlessClientError("unavailable", "down");
    });
    const answers = await Promise.allSettled(["a", "b"].map((name) => batcher.report(event(name))));
    expect(answers).toMatchObject([{ reason: { code: "unavailable" } }, { reason: { code: "unavailable" } }]);
    isDown = false;
    const id = batcher.report(event("c"));
    await batcher.flush();
    expect(await id).toBe(1);
    expect(requests).toEqual([["a", "b"], ["c"]]);
  });
});

describe("over a server", () => {
  test("a conflict is one event's alone, and nothing is recorded twice though an answer was lost", async () => {
    const { log, fetch } = testServer();
    await log.append([[{ event: event("taken"), idempotencyKey: "k" } satisfies NewEvent]]);
    let lost = false;
    const losing = async (url: string, init: RequestInit) => {
      const answer = await fetch(url, init);
      if (!answer.ok || lost) return answer;
      lost = true;
      throw new TypeError("connection reset");
    };
    const batcher = new EventBatcher(testClient({ fetch: losing }));
    const other = materialization("taken", { partition: "p" });
    const answers = Promise.allSettled([
      batcher.report(event("a")),
      batcher.report(other, { idempotencyKey: "k" }),
      batcher.report(event("a")),
    ]);
    await batcher.close();
    expect(await answers).toMatchObject([{ value: 2 }, { reason: { code: "conflict" } }, { value: 3 }]);
    expect((await log.asset(["a"]))?.counts.materializations).toBe(2);
    expect(lost).toBe(true);
  });
});
