import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { span } from "../../../../adapters/cli/watching/explain-state.ts";
import { readStateAt, stateJson, stateText } from "../../../../adapters/cli/watching/state-at.ts";
import { createSender } from "../../../../adapters/client/http-sender.ts";
import { createApp } from "../../../../adapters/server/http.ts";
import { evaluateFreshness } from "../../../../core/freshness/index.ts";
import { materialization, observation, parseTime, type RunlessEvent } from "../../../../core/index.ts";
import { openStores } from "../../../../storage/index.ts";
import { define, report } from "../../../../storage/testing/watch-store/follower.ts";

const hour = 3_600_000;
/** On a Monday. */
const monday = Date.UTC(2026, 10, 23);
const at = (text: string) => parseTime(`2026-11-${text}:00Z`) ?? Number.NaN;

/** A log whose clock is set before each report. */
async function logWith(...assets: readonly object[]) {
  const clock = { now: monday };
  const stores = await openStores({ url: ":memory:", now: () => clock.now });
  await define(stores, ...assets);
  const { log, definitions, watching } = stores;
  const app = createApp({ log, definitions, watching, now: () => clock.now });
  const send = createSender({
    ...{ url: "http://localhost", headers: {}, retries: 0, timeout: 60_000 },
    ...{ wait: () => new Promise<void>(() => {}), random: () => 0 },
    fetch: (target, init) => app.fetch(new Request(target, init)),
  });
  const receive = async (time: number, ...events: readonly RunlessEvent[]) => {
    clock.now = time;
    await report(stores, ...events);
  };
  const stateAt = (key: string, time: number) => readStateAt({ send }, key.split("/"), time);
  return { receive, stateAt };
}

describe("the state of an asset at a time", () => {
  const freshness = { type: "time_window", warn_window: "20h", fail_window: "24h" };
  const shown = async (log: Awaited<ReturnType<typeof logWith>>, time: number) => {
    const { state, explained } = await log.stateAt("a", time);
    return [state, explained[0]?.last?.id ?? null];
  };

  test("is by what had been received, as of the lesser of timestamp and receipt", async () => {
    const log = await logWith({ key: "a", freshness });
    await log.receive(at("23T01:00"), materialization("a")); // 1
    await log.receive(at("23T02:00"), materialization("a", { timestamp: at("23T20:00") })); // 2: ahead
    await log.receive(at("25T00:00"), materialization("a", { timestamp: at("23T12:00") })); // 3: known on the 25th
    await log.receive(at("25T01:00"), materialization("a", { timestamp: at("22T00:00") })); // 4: a back-fill
    expect(await shown(log, at("23T00:30"))).toEqual(["UNKNOWN", null]);
    expect(await shown(log, at("23T01:00"))).toEqual(["PASS", 1]);
    expect(await shown(log, at("23T02:00"))).toEqual(["PASS", 2]);
    expect(await shown(log, at("23T21:59"))).toEqual(["PASS", 2]);
    expect(await shown(log, at("23T22:00"))).toEqual(["WARN", 2]);
    expect(await shown(log, at("24T02:00"))).toEqual(["FAIL", 2]);
    expect(await shown(log, at("24T12:00"))).toEqual(["FAIL", 2]);
    expect(await shown(log, at("25T02:00"))).toEqual(["FAIL", 3]);
  });

  test("is not hidden by a back-fill that came after it", async () => {
    const log = await logWith({ key: "a", freshness });
    await log.receive(at("24T00:00"), materialization("a"));
    const old = Array.from({ length: 50 }, () => materialization("a", { timestamp: at("23T12:00") }));
    await log.receive(at("24T01:00"), ...old);
    expect(await shown(log, at("24T02:00"))).toEqual(["PASS", 1]);
  });

  test("is that of the policy for the newest event of all that were known, whatever was reported", async () => {
    const reports = fc.array(
      fc.record({ after: fc.integer({ min: 0, max: 9 }), early: fc.integer({ min: -9, max: 30 }) }),
      {
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(reports, fc.integer({ min: 0, max: 300 }), async (reports, hours) => {
        const log = await logWith({ key: "a", freshness });
        let now = monday;
        const known: number[] = [];
        for (const { after, early } of reports) {
          now += after * hour;
          const timestamp = now - early * hour;
          await log.receive(now, materialization("a", { timestamp }));
          if (now <= monday + hours * hour) known.push(Math.min(timestamp, now));
        }
        const lastAt = known.length === 0 ? null : Math.max(...known);
        const facts = { lastAt, definedAt: monday, now: monday + hours * hour };
        const found = await log.stateAt("a", facts.now);
        expect(found.explained[0]?.last?.at ?? null).toBe(lastAt);
        expect(found.state).toBe(evaluateFreshness({ ...freshness, type: "time_window" }, facts).state);
      }),
      { numRuns: 60 },
    );
  });

  test("counts observations only where the policy does, and looks below no key", async () => {
    const counts = ["materialization", "observation"];
    const log = await logWith({ key: "a", freshness }, { key: "b", freshness: { ...freshness, counts } });
    await log.receive(at("23T01:00"), observation("a"), observation("b"), materialization("a/below"));
    expect((await log.stateAt("a", at("23T02:00"))).explained[0]?.last).toBeNull();
    expect((await log.stateAt("b", at("23T02:00"))).explained[0]?.last?.id).toBe(2);
  });

  test("of a prefix's policy begins with the first report of the asset", async () => {
    const log = await logWith({ prefix: "ml", freshness: { ...freshness, counts: ["observation"] } });
    await log.receive(at("26T00:00"), materialization("ml/a"));
    expect(await log.stateAt("ml/a", at("26T19:00"))).toMatchObject({ state: "UNKNOWN", definedAt: at("26T00:00") });
    expect((await log.stateAt("ml/a", at("27T00:00"))).state).toBe("FAIL");
    await expect(log.stateAt("ml/never", at("27T00:00"))).rejects.toThrow(
      "No definition gives ml/never a freshness policy.",
    );
    await expect(log.stateAt("other", at("27T00:00"))).rejects.toThrow("No definition gives other a freshness policy.");
  });

  test("of partitions is the worst of those that were watched then", async () => {
    const partitions = { type: "daily", start: "2026-11-01" };
    const policy = { type: "cron", deadline_cron: "0 6 * * *", lower_bound_delta: "6h", lookback: 2 };
    const log = await logWith({
      key: "a",
      partitions,
      freshness: { ...policy, counts: ["materialization", "observation"] },
    });
    await log.receive(at("24T01:00"), materialization("a", { partition: "2026-11-23" }));
    await log.receive(at("25T00:00"), observation("a", { partition: "2026-11-24" }));
    const states = async (time: number) => {
      const { state, explained } = await log.stateAt("a", time);
      return [state, ...explained.map((one) => `${one.partition} ${one.state}`)];
    };
    expect(await states(at("24T00:30"))).toEqual(["FAIL", "2026-11-22 FAIL", "2026-11-23 UNKNOWN"]);
    expect(await states(at("25T05:59"))).toEqual(["PASS", "2026-11-23 PASS", "2026-11-24 UNKNOWN"]);
    expect(await states(at("25T06:00"))).toEqual(["FAIL", "2026-11-23 PASS", "2026-11-24 FAIL"]);
  });
});

describe("the reasons", () => {
  const window = { type: "time_window", warn_window: "20h", fail_window: "24h" };
  const cron = {
    type: "cron",
    deadline_cron: "0 6 * * *",
    lower_bound_delta: "6h",
    grace: "15m",
    timezone: "Europe/Berlin",
  };
  const partitions = { type: "daily", start: "2026-11-01" };
  const none = "No materialization was known.";
  const event = (counted: string, ago: string) =>
    `The last materialization was event 1, which counted at 2026-11-${counted}Z, ${ago} before.`;
  const deadline = (day: number, before = day - 1) =>
    `The last deadline (0 6 * * *) was 2026-11-${day} 05:00:00Z (2026-11-${day} 06:00 in Europe/Berlin), for what counted from 2026-11-${before} 23:00:00Z on (lower_bound_delta 6h).`;

  const cases: readonly (readonly [string, object, string | null, string, readonly string[]])[] = [
    [
      ...(["a window that has not ended", { freshness: window }, "23T10:00", "23T11:30"] as const),
      [
        "a was PASS at 2026-11-23 11:30:00Z.",
        event("23 10:00:00", "1h 30m"),
        "The window of 20h (warn_window) had not ended.",
        "Without an event, the state may change at 2026-11-24 06:00:00Z.",
      ],
    ],
    [
      ...(["a window that warns", { freshness: window }, null, "23T20:00"] as const),
      [
        "a was WARN at 2026-11-23 20:00:00Z.",
        none,
        "The policy counts from 2026-11-23 00:00:00Z on.",
        "The window of 20h (warn_window) ended at 2026-11-23 20:00:00Z.",
        "Without an event, the state may change at 2026-11-24 00:00:00Z.",
      ],
    ],
    [
      ...([
        "a window that ended",
        { freshness: { ...window, warn_window: undefined } },
        "23T10:00",
        "25T10:00",
      ] as const),
      [
        "a was FAIL at 2026-11-25 10:00:00Z.",
        event("23 10:00:00", "2d"),
        "The window of 24h (fail_window) ended at 2026-11-24 10:00:00Z.",
      ],
    ],
    [
      ...(["no deadline yet", { freshness: cron }, null, "23T04:00"] as const),
      [
        "a was UNKNOWN at 2026-11-23 04:00:00Z.",
        none,
        "No deadline of the policy (0 6 * * *), which counts from 2026-11-23 00:00:00Z on, had passed.",
        "Without an event, the state may change at 2026-11-23 05:00:00Z (2026-11-23 06:00 in Europe/Berlin).",
      ],
    ],
    [
      ...(["a deadline that was met", { freshness: cron }, "24T00:00", "24T12:00"] as const),
      [
        "a was PASS at 2026-11-24 12:00:00Z.",
        event("24 00:00:00", "12h"),
        deadline(24),
        "It was met.",
        "Without an event, the state may change at 2026-11-25 05:00:00Z (2026-11-25 06:00 in Europe/Berlin).",
      ],
    ],
    [
      ...(["the grace of a deadline", { freshness: cron }, "24T00:00", "25T05:10"] as const),
      [
        "a was WARN at 2026-11-25 05:10:00Z.",
        event("24 00:00:00", "1d 5h"),
        deadline(25),
        "It was missed, and the grace of 15m had not ended.",
        "Without an event, the state may change at 2026-11-25 05:15:00Z (2026-11-25 06:15 in Europe/Berlin).",
      ],
    ],
    [
      ...(["a deadline that was missed", { freshness: cron }, "24T00:00", "25T06:00"] as const),
      [
        "a was FAIL at 2026-11-25 06:00:00Z.",
        event("24 00:00:00", "1d 6h"),
        deadline(25),
        "It was missed. The last event was too early for it.",
      ],
    ],
    [
      ...(["a deadline that was missed again", { freshness: cron }, null, "26T05:10"] as const),
      [
        "a was FAIL at 2026-11-26 05:10:00Z.",
        none,
        deadline(26),
        "It was missed, as was the one before, so that there is no grace.",
      ],
    ],
    [
      ...(["partitions", { freshness: { ...cron, lookback: 1 }, partitions }, null, "25T06:00"] as const),
      [
        "a was FAIL at 2026-11-25 06:00:00Z, the worst of 1 watched partitions.",
        `2026-11-24 was FAIL. ${none} The window of the partition ended at 2026-11-25 00:00:00Z (2026-11-25 01:00 in Europe/Berlin), and it was due at 2026-11-25 05:00:00Z (2026-11-25 06:00 in Europe/Berlin).`,
      ],
    ],
    [
      ...(["a time before the definition", { freshness: window }, null, "22T20:00"] as const),
      [
        "a was UNKNOWN at 2026-11-22 20:00:00Z.",
        "The policy was given at 2026-11-23 00:00:00Z, after that time: so it would have been.",
        none,
        "The policy counts from 2026-11-23 00:00:00Z on.",
        "The window of 20h (warn_window) had not ended.",
        "Without an event, the state may change at 2026-11-23 20:00:00Z.",
      ],
    ],
  ];

  test.each(cases)("of %s", async (_, definition, reported, time, lines) => {
    const log = await logWith({ key: "a", ...definition });
    if (reported !== null) await log.receive(at(reported), materialization("a"));
    const found = await log.stateAt("a", at(time));
    expect(stateText(found).split("\n")).toEqual([...lines]);
    const { state, partitions } = JSON.parse(stateJson(found));
    expect([state, partitions === null]).toEqual([found.state, !("partitions" in definition)]);
  });

  test("tell a length of time in its two largest units", () => {
    const minute = 60_000;
    const all = [0, 999, 59_000, minute, 61_000, 26 * hour, 24 * hour + minute, 400 * 24 * hour];
    expect(all.map(span)).toEqual(["0s", "0s", "59s", "1m", "1m 1s", "1d 2h", "1d", "400d"]);
  });
});
