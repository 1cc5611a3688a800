import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { materialization } from "../../../core/index.ts";
import { type EventLog, openLibsqlEventLog } from "../../../storage/index.ts";
import { noon } from "../../../storage/testing/declare-test.ts";
import { appendUnit, keyed, readAll, readIds, record } from "../../../storage/testing/event-log/harness.ts";
import { temporaryFolder } from "../../server.ts";

describe("two logs on one file", () => {
  let one: EventLog;
  let two: EventLog;
  const clocks = { one: noon, two: noon };
  beforeEach(async () => {
    const url = `file:${join(temporaryFolder(), "runless.db")}`;
    one = await openLibsqlEventLog({ url, now: () => clocks.one });
    two = await openLibsqlEventLog({ url, now: () => clocks.two });
  });
  afterEach(async () => void (await Promise.all([one.close(), two.close()])));

  test("look a key up inside the writing transaction: of twins sent to both, one is recorded", async () => {
    for (let i = 0; i < 20; i++) {
      const event = keyed(materialization("a"), `k${i}`);
      const results = await Promise.all([appendUnit(one, event), appendUnit(two, event)]);
      const answers = results.flatMap((result) => (result.status === "recorded" ? result.events : []));
      expect(answers.map(({ duplicate }) => duplicate).toSorted()).toEqual([false, true]);
      expect(answers[0]?.id).toBe(answers[1]?.id);
    }
    expect(await readIds(one)).toHaveLength(20);
  });

  test("give ids in commit order, and received_at never decreases with id, whatever their clocks say", async () => {
    clocks.two = noon - 60_000;
    const write = async (log: EventLog) => {
      for (let i = 0; i < 20; i++) await record(log, materialization("a"));
    };
    await Promise.all([write(one), write(two)]);
    const events = await readAll(two);
    expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const received = events.map(({ receivedAt }) => receivedAt);
    expect(received).toEqual(received.toSorted((x, y) => x - y));
    expect((await one.asset(["a"]))?.counts.materializations).toBe(40);
  });

  test("tell their listeners of each other's commits", async () => {
    const heard = new Promise<void>((resolve) => {
      two.watch(resolve);
    });
    const [id = 0] = await record(one, materialization("a"));
    await heard;
    expect(await two.get(id)).toMatchObject({ assetKey: ["a"] });
  });
});
