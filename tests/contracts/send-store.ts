import { describe, expect, test } from "bun:test";
import { checkEvaluation, materialization } from "../../core/index.ts";
import type { DeliveryFilter, Stores } from "../../storage/index.ts";
import { define, Follower, report } from "../../storage/testing/watch-store/follower.ts";
import { alertChangesOf, destinationRow, messageIds, newDelivery, Sender, toldOf } from "./sending.ts";

type OpenStores = (options: { readonly now: () => number }) => Promise<Stores>;

interface Subject {
  readonly stores: Stores;
  readonly sending: Stores["sending"];
  readonly clock: { now: number };
}

type Promises = (sentence: string, body: (subject: Subject) => Promise<void>) => void;

const hour = 3_600_000;
const day = 24 * hour;
const noon = Date.UTC(2026, 10, 23, 12);

/** NUL, the characters that a store may escape, and text outside of the first 65,536 characters. */
const odd = "\u0000 \u0001\u0002\u0003 é 🎉 \u2028 'x' \"y\" \\";

/** What every SendStore promises. */
export function sendStoreContract(name: string, open: OpenStores): void {
  const promises: Promises = (sentence, body) =>
    test(sentence, async () => {
      const clock = { now: noon };
      const stores = await open({ now: () => clock.now });
      try {
        await body({ stores, sending: stores.sending, clock });
      } finally {
        await stores.log.close();
      }
    }, 60_000);

  describe(name, () => {
    leasePromises(promises);
    commitPromises(promises);
    forgetPromises(promises);
    listPromises(promises);
    alertPromises(promises);
  });
}

function leasePromises(promises: Promises): void {
  promises("one server at a time has the lease, and says with which file", async ({ sending }) => {
    const seen = await sending.lease();
    expect(seen).toMatchObject({ holder: null, fileHash: null });
    const fence = await sending.takeLease({ holder: "one", fileHash: "abc" }, seen);
    expect(fence).toBe(seen.fence + 1);
    expect(await sending.takeLease({ holder: "two", fileHash: "abc" }, seen)).toBeUndefined();
    expect(await sending.lease()).toMatchObject({ holder: "one", fileHash: "abc", fence: seen.fence + 1 });
    const other = await sending.takeLease({ holder: "two", fileHash: "def" }, await sending.lease());
    expect(other).toBe(seen.fence + 2);
    await sending.releaseLease(seen.fence + 1); // of who has lost it
    expect((await sending.lease()).holder).toBe("two");
    await sending.releaseLease(seen.fence + 2);
    expect(await sending.lease()).toMatchObject({ holder: null, fileHash: null });
  });

  promises("a commit renews the lease, and one of who saw it before does not get it", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const seen = await sending.lease();
    await sender.write({});
    expect((await sending.lease()).beat).toBeGreaterThan(seen.beat);
    expect(await sending.takeLease({ holder: "two", fileHash: "" }, seen)).toBeUndefined();
  });

  promises("who has lost the lease writes nothing, nor does who gave it up or never had it", async ({ sending }) => {
    const first = await new Sender(sending).take("one");
    await sending.request({ action: "test", destination: "x", argument: null, option: null });
    await first.write({ destinations: [destinationRow("x")], queued: [newDelivery("x", "1", { endedAt: 1 })] });
    const second = await new Sender(sending).take("two");
    const changes = {
      destinations: [destinationRow("x", { eventCursor: 9 }), destinationRow("y")],
      queued: [newDelivery("x", "2")],
      changed: [{ id: 1, status: "dead", attempts: 1, nextAt: 0, endedAt: 5, answer: "no" }],
      answered: [1],
      forgetBefore: 2,
    } as const;
    const state = async () => [
      await sending.lease(),
      await sending.destinations(),
      (await sending.deliveries({}, { limit: 10 })).deliveries,
      await sending.requests(),
    ];
    const before = await state();
    expect(await first.commit(changes)).toBe(false);
    expect(await first.commit({ forgotten: ["x"] })).toBe(false);
    expect(await sending.commit(second.fence + 1, changes)).toBe(false);
    expect(await state()).toEqual(before);
    await sending.releaseLease(second.fence);
    const released = await state();
    expect(await second.commit(changes)).toBe(false);
    expect(await second.commit({ forgotten: ["x"] })).toBe(false);
    expect(await state()).toEqual(released);
  });
}

function commitPromises(promises: Promises): void {
  promises("destinations are kept as they were written last, ordered by name", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const full = destinationRow(odd, {
      ...{ type: "slack", eventCursor: 2 ** 40, alertCursor: 7, status: "blocked", reason: odd, failures: 3 },
      ...{ retryAt: noon, groupAt: noon + 1, groupedAt: noon - 1, pruned: 12, leftAt: noon + 2, changedAt: noon },
    });
    await sender.write({ destinations: [destinationRow("é"), full, destinationRow("b"), destinationRow("B")] });
    expect(await sending.destinations()).toEqual([full, destinationRow("B"), destinationRow("b"), destinationRow("é")]);
    await sender.write({ destinations: [destinationRow("b", { status: "paused" }), destinationRow(odd)] });
    const [first, , third] = await sending.destinations();
    expect([first, third]).toEqual([destinationRow(odd), destinationRow("b", { status: "paused" })]);
  });

  promises("deliveries get ids in the order in which they are queued, and come back whole", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const whole = newDelivery(odd, odd, {
      ...{ type: "alert.firing", subject: odd, eventId: 2 ** 40, alertChangeId: 3, content: JSON.stringify({ odd }) },
      ...{ attempts: 4, nextAt: noon, createdAt: noon - 1, endedAt: noon + 1, answer: odd, status: "parked" },
    });
    await sender.write({ queued: [newDelivery("x", "2"), newDelivery("y", "1"), whole] });
    await sender.write({ queued: [newDelivery("x", "0")] });
    const { deliveries } = await sending.deliveries({}, { limit: 10 });
    expect(messageIds(deliveries)).toEqual(["0", odd, "1", "2"]);
    expect(deliveries.map(({ id }) => id)).toEqual([4, 3, 2, 1]);
    expect(await sending.delivery(3)).toEqual({ id: 3, ...whole });
    expect(await sending.delivery(5)).toBeUndefined();
    expect(messageIds(await sending.pending("x"))).toEqual(["2", "0"]);
    expect(await sending.pending(odd)).toEqual([]);
  });

  promises("a message is queued once, whatever became of it, and uses up no id", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const first = newDelivery("x", "1", { subject: "first" });
    await sender.write({ queued: [first, newDelivery("x", "1"), newDelivery("y", "1"), newDelivery("x", "2")] });
    await sender.write({ changed: [{ ...first, id: 1, status: "delivered", endedAt: noon }] });
    await sender.write({ queued: [newDelivery("x", "1"), newDelivery("x", "2"), newDelivery("x", "3")] });
    const { deliveries } = await sending.deliveries({}, { limit: 10 });
    expect(deliveries.map(({ id, messageId }) => [id, messageId])).toEqual([
      [3, "3"],
      [2, "2"],
      [1, "1"],
    ]);
    expect(await sending.delivery(1)).toMatchObject({ subject: "first", status: "delivered" });
  });

  promises("only pending deliveries are to be sent, the oldest first, however often they change", async (subject) => {
    const { sending } = subject;
    const sender = await new Sender(sending).take();
    await sender.write({ queued: ["1", "2", "3", "4"].map((id) => newDelivery("x", id)) });
    const change = (id: number, status: "pending" | "dead", attempts: number) => {
      const isDead = status === "dead";
      return { id, status, attempts, nextAt: noon, endedAt: isDead ? noon : null, answer: isDead ? odd : null };
    };
    await sender.write({ changed: [change(1, "dead", 1), change(3, "pending", 1), change(9, "dead", 1)] });
    expect(messageIds(await sending.pending("x"))).toEqual(["2", "3", "4"]);
    expect(await sending.delivery(1)).toMatchObject({ status: "dead", endedAt: noon, answer: odd });
    await sender.write({ changed: [change(1, "dead", 2), change(1, "pending", 0)] }); // the last one counts
    expect(messageIds(await sending.pending("x"))).toEqual(["1", "2", "3", "4"]);
    expect(await sending.delivery(1)).toMatchObject({ attempts: 0, endedAt: null, answer: null });
  });

  promises("a thousand pending deliveries with long messages come back in order", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const ids = Array.from({ length: 1200 }, (_, i) => `m${i}`);
    const content = JSON.stringify({ text: "x".repeat(3000) });
    await sender.write({ queued: ids.map((id) => newDelivery("x", id, { content })) });
    const pending = await sending.pending("x");
    expect(messageIds(pending)).toEqual(ids);
    expect(pending.every((one) => one.content === content)).toBe(true);
  });

  promises("commits that are asked for together are written in their order", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const ids = Array.from({ length: 20 }, (_, i) => `m${i}`);
    await Promise.all(ids.map((id) => sender.write({ queued: [newDelivery("x", id)] })));
    expect(messageIds(await sending.pending("x"))).toEqual(ids);
  });

  promises("what was asked for is kept until it is answered, in order", async ({ sending }) => {
    const asked = { action: "replay", destination: odd, argument: 2 ** 40, option: odd } as const;
    await sending.request(asked);
    await sending.request({ action: "pause", destination: "x", argument: null, option: null });
    await sending.request({ action: "resume", destination: "x", argument: null, option: null });
    expect(await sending.requests()).toMatchObject([{ id: 1, ...asked }, { action: "pause" }, { action: "resume" }]);
    const sender = await new Sender(sending).take();
    await sender.write({ answered: [1, 3] });
    expect(await sending.requests()).toEqual([
      { id: 2, action: "pause", destination: "x", argument: null, option: null },
    ]);
    await sending.request(asked);
    expect((await sending.requests()).map(({ id }) => id)).toEqual([2, 4]);
  });
}

function forgetPromises(promises: Promises): void {
  promises("deliveries of events that arrived are forgotten earlier than others", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const rest = { status: "delivered", endedAt: 1 } as const;
    await sender.write({
      queued: [
        newDelivery("hook", "arrived", rest),
        newDelivery("hook", "later", { ...rest, endedAt: 2 }),
        newDelivery("hook", "dead", { ...rest, status: "dead" }),
        newDelivery("hook", "alert", { ...rest, eventId: null, alertChangeId: 1 }),
        newDelivery("hook", "pending"),
      ],
    });
    await sender.write({ forgetArrivedBefore: 2 });
    const left = (await sending.deliveries({}, { limit: 10 })).deliveries;
    expect(messageIds(left)).toEqual(["pending", "alert", "dead", "later"]);
  });

  promises("a destination is forgotten with all its deliveries, and may begin anew", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const queued = Array.from({ length: 1100 }, (_, i) => newDelivery("x", `m${i}`));
    await sender.write({ destinations: [destinationRow("x"), destinationRow("y")], queued });
    await sender.write({ queued: [newDelivery("y", "y")] });
    await sender.write({
      ...{ forgotten: ["x", "no such"], destinations: [destinationRow("x", { eventCursor: 5 })] },
      queued: [newDelivery("x", "m3"), newDelivery("x", "m2")],
    });
    expect(await sending.destinations()).toEqual([destinationRow("x", { eventCursor: 5 }), destinationRow("y")]);
    expect(messageIds(await sending.pending("x"))).toEqual(["m3", "m2"]);
    expect((await sending.pending("x"))[0]?.id).toBe(1102);
    expect(messageIds(await sending.pending("y"))).toEqual(["y"]);
    expect(await sending.deliveryCounts()).toHaveLength(2);
  });

  promises("what ended long ago is forgotten, and what has not ended is kept", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const ended = (id: string, endedAt: number | null) =>
      newDelivery("x", id, { endedAt, status: endedAt === null ? "pending" : "delivered" });
    const old = Array.from({ length: 1100 }, (_, i) => ended(`old${i}`, noon - day - (i % 7)));
    await sender.write({ queued: [...old, ended("at", noon), ended("pending", null), ended("later", noon + 1)] });
    await sender.write({ forgetBefore: noon });
    expect(messageIds((await sending.deliveries({}, { limit: 10 })).deliveries)).toEqual(["later", "pending", "at"]);
    await sender.write({ queued: [newDelivery("x", "old3")] });
    expect(messageIds(await sending.pending("x"))).toEqual(["pending", "old3"]);
  });
}

function listPromises(promises: Promises): void {
  promises("deliveries are found by the ids of their messages, in their order", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const names = ["c", odd, "a", ...Array.from({ length: 450 }, (_, i) => `m${i}`)];
    await sender.write({ queued: names.map((name) => newDelivery("hook", name)) });
    expect(messageIds(await sending.deliveriesOf(["a", "missing", odd, "a"]))).toEqual([odd, "a"]);
    expect(messageIds(await sending.deliveriesOf(names.toReversed()))).toEqual(names);
    expect(await sending.deliveriesOf([])).toEqual([]);
  });

  promises("deliveries are listed newest first, page by page, narrowed, and counted", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const statuses = ["pending", "delivered", "dead"] as const;
    const queued = Array.from({ length: 60 }, (_, i) =>
      newDelivery(["x", "y", odd][i % 3] ?? "", `m${i}`, {
        status: statuses[Math.floor(i / 3) % 3] ?? "pending",
        createdAt: noon + i,
      }),
    );
    await sender.write({ queued });
    const listed = async (filter: DeliveryFilter, limit: number) => {
      const pages: string[][] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await sending.deliveries(filter, { limit, cursor });
        pages.push([...messageIds(page.deliveries)]);
        if (!page.hasMore) return pages;
        cursor = page.cursor ?? undefined;
      }
    };
    const expected = ({ destination, status }: DeliveryFilter) =>
      queued
        .filter((one) => (destination ?? one.destination) === one.destination && (status ?? one.status) === one.status)
        .map(({ messageId }) => messageId)
        .reverse();
    for (const destination of [undefined, "x", odd]) {
      for (const status of [undefined, "dead", "parked"] as const) {
        const pages = await listed({ destination, status }, 7);
        expect(pages.flat()).toEqual(expected({ destination, status }));
        expect(pages.slice(0, -1).every(({ length }) => length === 7)).toBe(true);
      }
    }
    expect(await sending.deliveryCounts()).toEqual(
      [odd, "x", "y"].flatMap((destination) =>
        statuses.map((status) => {
          const all = queued.filter((one) => one.destination === destination && one.status === status);
          return { destination, status, count: all.length, oldestAt: all[0]?.createdAt ?? 0 };
        }),
      ),
    );
  });

  promises("a cursor goes on after what was deleted meanwhile, and belongs to its own list", async ({ sending }) => {
    const sender = await new Sender(sending).take();
    const queued = ["1", "2", "3", "4"].map((id) => newDelivery("x", id, { endedAt: Number(id), status: "dead" }));
    await sender.write({ queued });
    const { cursor, hasMore } = await sending.deliveries({ status: "dead" }, { limit: 2 });
    expect(hasMore).toBe(true);
    await sender.write({ forgetBefore: 2 });
    const next = await sending.deliveries({ status: "dead" }, { limit: 2, cursor: cursor ?? undefined });
    expect([messageIds(next.deliveries), next.hasMore]).toEqual([["2"], false]);
    const wrong = sending.deliveries({ status: "pending" }, { limit: 2, cursor: cursor ?? undefined });
    expect(await wrong.catch((error: unknown) => error)).toMatchObject({ code: "bad_cursor" });
    expect(await sending.deliveries({ destination: "none" }, { limit: 2 })).toEqual({
      ...{ deliveries: [], cursor: null, hasMore: false },
    });
  });
}

function alertPromises(promises: Promises): void {
  promises(
    "an alert is told when it opens, gets worse and ends, as it was then",
    async ({ stores, sending, clock }) => {
      const follower = new Follower(stores, clock);
      await follower.take();
      expect(await sending.newestAlertChange()).toBe(0);
      const freshness = { type: "time_window", warn_window: "1h", fail_window: "2h" };
      await define(stores, { key: "a", freshness, owners: ["team:x"], group: "g", tags: { t: "1" } });
      await report(stores, materialization("a"));
      await follower.follow();
      for (let i = 0; i < 3; i++) {
        clock.now += hour;
        await follower.follow();
      }
      await report(stores, materialization("a"));
      await follower.follow();
      const changes = await alertChangesOf(stores);
      const [alert] = (await stores.watching.alerts({}, { limit: 1 })).alerts;
      const { events } = await stores.log.query({ type: "FRESHNESS_STATE_CHANGE" }, { limit: 3, order: "desc" });
      const [resolved, fail, warn] = events.map(({ id }) => id);
      const firing = { ...alert, status: "firing", resolvedAt: null };
      expect(changes as unknown).toEqual([
        {
          ...{ id: 1, to: "firing", at: noon + hour },
          alert: { ...firing, severity: "WARN", reason: "window", eventId: warn },
        },
        {
          ...{ id: 2, to: "firing", at: noon + 2 * hour },
          alert: { ...firing, severity: "ERROR", reason: "window", eventId: fail },
        },
        { id: 3, to: "resolved", at: noon + 3 * hour, alert: { ...alert, eventId: resolved } },
      ]);
      expect(alert).toMatchObject({ owners: ["team:x"], group: "g", tags: { t: "1" }, resolvedAt: noon + 3 * hour });
      expect(await sending.newestAlertChange()).toBe(3);
      expect(await sending.alertChanges(1, 1)).toEqual(changes.slice(1, 2));
      expect(await sending.alertChange(2)).toEqual(changes[1]);
      expect([await sending.alertChange(0), await sending.alertChange(4)]).toEqual([undefined, undefined]);
    },
  );

  promises("a check is told once however often it fails, again when it gets worse, and when it passes", async (of) => {
    const { stores, clock } = of;
    const follower = new Follower(stores, clock);
    await follower.take();
    for (const outcome of ["WARN", "WARN", "ERROR", "ERROR", "WARN", "ERROR", "passes", "passes", "ERROR"] as const) {
      const severity = outcome === "passes" ? "ERROR" : outcome;
      await report(stores, checkEvaluation("a", { checkName: odd, passed: outcome === "passes", severity }));
      await follower.follow();
      clock.now += hour;
    }
    expect(await toldOf(stores)).toEqual([
      `check a ${odd}: firing, WARN, check_failed`,
      `check a ${odd}: firing, ERROR, check_failed`,
      `check a ${odd}: firing, ERROR, check_failed`, // it was better in between, which is not told
      `check a ${odd}: resolved, ERROR, check_passed`,
      `check a ${odd}: firing, ERROR, check_failed`,
    ]);
    expect((await alertChangesOf(stores)).map(({ alert }) => alert.id)).toEqual([1, 1, 1, 1, 2]);
  });

  promises("an alert that is closed has ended, once, and an unknown one is not told", async (subject) => {
    const { stores, clock } = subject;
    const follower = new Follower(stores, clock);
    await follower.take();
    await report(stores, checkEvaluation("a", { checkName: "c", passed: false }));
    await follower.follow();
    clock.now += hour;
    for (const id of [1, 1, 2]) await stores.watching.closeAlert(id);
    await report(stores, checkEvaluation("a", { checkName: "c", passed: true }));
    await follower.follow();
    expect(await toldOf(stores)).toEqual([
      "check a c: firing, ERROR, check_failed",
      "check a c: resolved, ERROR, closed",
    ]);
    expect((await alertChangesOf(stores))[1]?.at).toBe(noon + hour);
  });

  promises("a change says until when its alert is muted now", async ({ stores, sending, clock }) => {
    const follower = new Follower(stores, clock);
    await follower.take();
    await report(stores, checkEvaluation("a/b", { checkName: "c", passed: false }));
    await follower.follow();
    await stores.watching.mute({ prefix: ["a"] }, noon + hour, null);
    expect((await sending.alertChange(1))?.alert.mutedUntil).toBe(noon + hour);
    clock.now += hour;
    expect((await sending.alertChange(1))?.alert.mutedUntil).toBeNull();
  });

  promises("what an alert became is forgotten 40 days later, and its id is never given again", async (subject) => {
    const { stores, sending, clock } = subject;
    const follower = new Follower(stores, clock);
    await follower.take();
    await report(stores, checkEvaluation("a", { checkName: "c", passed: false }));
    await follower.follow();
    clock.now += 39 * day;
    await report(stores, checkEvaluation("b", { checkName: "c", passed: false }));
    await follower.follow();
    expect(await alertChangesOf(stores)).toHaveLength(2);
    clock.now += 2 * day;
    await report(stores, checkEvaluation("a", { checkName: "c", passed: true }));
    await follower.follow();
    expect((await alertChangesOf(stores)).map(({ id }) => id)).toEqual([2, 3]);
    clock.now += 41 * day;
    await report(stores, checkEvaluation("b", { checkName: "c", passed: true }));
    await follower.follow();
    expect((await alertChangesOf(stores)).map(({ id }) => id)).toEqual([4]);
    expect(await sending.newestAlertChange()).toBe(4);
  });
}
