import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Delivery } from "../../../core/destinations/delivery.ts";
import type { DestinationType } from "../../../core/destinations/destination.ts";
import { groupDue, reminderDue } from "../../../core/destinations/group-window.ts";
import { afterAnswer, expireDeliveries, type SendingState } from "../../../core/destinations/next-attempt.ts";
import { mostInFlight, planSending, type SendQueue } from "../../../core/destinations/send-queue.ts";
import type { ToldAlert } from "../../../core/destinations/superseded.ts";
import { always } from "../arbitraries.ts";
import { active, answered, deliveryOf } from "./deliveries.ts";

const now = 10_000_000;
const nobody = { ...active, groupedAt: null };

function queueOf(
  pending: readonly Delivery[],
  fields: Partial<SendQueue> & { readonly type?: DestinationType } = {},
): SendQueue {
  const { type = "webhook", ...rest } = fields;
  return {
    destination: { name: "hook", target: { type }, groupWait: 30_000, groupInterval: 300_000 },
    state: nobody,
    pending,
    inFlight: new Set(),
    alertOf: () => undefined,
    ...rest,
  };
}

const sent = (queues: readonly SendQueue[], at = now) =>
  planSending(queues, at).messages.map(({ deliveries }) => deliveries.map(({ id }) => id));
const many = (count: number, fields: Partial<Delivery> = {}) =>
  Array.from({ length: count }, (_, i) => deliveryOf(i + 1, fields));

describe("one message each", () => {
  test("of a subject the first alone, and nothing while that is under way or waits", () => {
    const pending = ["a", "a", "b", "a", "c"].map((subject, i) => deliveryOf(i + 1, { subject }));
    expect(sent([queueOf(pending)])).toEqual([[1], [3], [5]]);
    expect(sent([queueOf(pending, { inFlight: new Set([1]) })])).toEqual([[3], [5]]);
    const waiting = pending.map((delivery) => (delivery.id === 1 ? { ...delivery, nextAt: now + 5 } : delivery));
    expect(sent([queueOf(waiting)])).toEqual([[3], [5]]);
    expect(planSending([queueOf(waiting)], now).wakeAt).toBe(now + 5);
  });

  test("4 at once of a destination, 16 of a server", () => {
    expect(sent([queueOf(many(10))])).toHaveLength(4);
    expect(sent([queueOf(many(10), { inFlight: new Set([1, 2, 3]) })])).toEqual([[4]]);
    expect(sent(Array.from({ length: 10 }, () => queueOf(many(10))))).toHaveLength(16);
    const busy = Array.from({ length: 4 }, () => queueOf(many(10), { inFlight: new Set([1, 2, 3, 4]) }));
    expect(sent([...busy, queueOf(many(10))])).toEqual([]);
  });

  test("a destination with nothing under way comes before one with much", () => {
    const slow = Array.from({ length: 3 }, () => queueOf(many(10), { inFlight: new Set([1, 2, 3]) }));
    const more = Array.from({ length: 3 }, () => queueOf(many(10, { nextAt: 5 })));
    const { messages } = planSending(
      [...slow, ...more.map((queue, i) => ({ ...queue, destination: { ...queue.destination, name: `m${i}` } }))],
      now,
    );
    expect(messages).toHaveLength(7);
    expect(new Set(messages.slice(0, 3).map(({ destination }) => destination))).toEqual(new Set(["m0", "m1", "m2"]));
  });

  test("nothing is sent to a destination that is paused or disabled", () => {
    for (const status of ["paused", "disabled"] as const) {
      expect(planSending([queueOf(many(3), { state: { ...nobody, status } })], now)).toEqual({
        messages: [],
        superseded: [],
        wakeAt: null,
      });
    }
  });

  test("a destination that failed is tried with one message, when its wait is over", () => {
    for (const state of [
      { ...nobody, failures: 1, retryAt: now + 7 },
      { ...nobody, status: "blocked" as const, retryAt: now + 7 },
    ]) {
      const queue = queueOf(many(3), { state });
      expect(planSending([queue], now)).toMatchObject({ messages: [], wakeAt: now + 7 });
      expect(sent([queue], now + 7)).toEqual([[1]]);
      expect(sent([{ ...queue, inFlight: new Set([1]) }], now + 7)).toEqual([]);
    }
  });

  test("a wait that the receiver asked for holds all back, and then all go on", () => {
    const queue = queueOf(many(6), { state: { ...nobody, retryAt: now + 7 } });
    expect(sent([queue])).toEqual([]);
    expect(sent([queue], now + 7)).toHaveLength(4);
  });

  test("after a failure another subject has its turn, so one bad event does not hold up the others", () => {
    const failed = deliveryOf(1, { attempts: 1, nextAt: now - 1 });
    const state = { ...nobody, failures: 1, retryAt: now - 1 };
    expect(sent([queueOf([failed, deliveryOf(2, { nextAt: now - 500 })], { state })])).toEqual([[2]]);
  });
});

describe("several alerts as one message", () => {
  for (const type of ["slack", "email", "apprise"] as const) {
    test(`${type} is told of all that came within the wait after the first`, () => {
      const pending = [deliveryOf(1, { createdAt: now }), deliveryOf(2, { createdAt: now + 20_000, subject: "s1" })];
      const queue = queueOf(pending, { type });
      expect(planSending([queue], now + 29_999)).toMatchObject({ messages: [], wakeAt: now + 30_000 });
      expect(planSending([queue], now + 30_000).messages).toEqual([
        { destination: "hook", deliveries: pending, isGroup: true },
      ]);
    });
  }

  test("a second message waits for the interval, and none is sent while one is under way", () => {
    const pending = [deliveryOf(1, { createdAt: now })];
    const queue = queueOf(pending, { type: "slack", state: { ...nobody, groupedAt: now - 1_000 } });
    expect(planSending([queue], now + 298_999)).toMatchObject({ messages: [], wakeAt: now + 299_000 });
    expect(sent([queue], now + 299_000)).toEqual([[1]]);
    const more = [...pending, deliveryOf(2, { createdAt: now })];
    expect(sent([queueOf(more, { type: "slack", inFlight: new Set([1]) })], now + 900_000)).toEqual([]);
  });

  test("a message that failed is sent again when it may be, with what came meanwhile", () => {
    const failed = deliveryOf(1, { createdAt: now, attempts: 2, nextAt: now + 40_000 });
    const queue = queueOf([failed, deliveryOf(2, { createdAt: now + 35_000 })], { type: "slack" });
    expect(sent([queue], now + 39_999)).toEqual([]);
    expect(sent([queue], now + 40_000)).toEqual([[1, 2]]);
  });

  test("500 assets that are late at once are one message to a chat, and 500 to a pager", () => {
    const alerts = many(500, { type: "alert.firing", createdAt: now });
    expect(sent([queueOf(alerts, { type: "slack" })], now + 30_000).map((ids) => ids.length)).toEqual([500]);
    expect(sent([queueOf(alerts, { type: "pagerduty" })])).toEqual([[1], [2], [3], [4]]);
  });

  test("a test goes alone and at once", () => {
    const pending = [deliveryOf(1, { createdAt: now }), deliveryOf(2, { createdAt: now, type: "destination.test" })];
    const queue = queueOf(pending, { type: "slack" });
    expect(planSending([queue], now)).toMatchObject({ messages: [{ isGroup: false }], wakeAt: now + 30_000 });
    expect(sent([queue])).toEqual([[2]]);
  });

  test("the window follows from times that are kept, so it does not begin again", () => {
    const window = { groupWait: 30, groupInterval: 300 };
    always(
      fc.property(fc.array(fc.nat(1_000), { minLength: 1 }), fc.option(fc.nat(1_000)), (times, groupedAt) => {
        const waiting = times.map((createdAt, i) => deliveryOf(i, { createdAt }));
        const due = groupDue(waiting, window, groupedAt) as number;
        expect(due).toBe(Math.max(Math.min(...times) + 30, groupedAt === null ? 0 : groupedAt + 300));
        // More of them, which came later, do not move it.
        expect(groupDue([...waiting, deliveryOf(99, { createdAt: 2_000 })], window, groupedAt)).toBe(due);
      }),
    );
    expect(groupDue([], window, 5)).toBeNull();
  });
});

test("a reminder is due once an interval, and one stands for all that were missed", () => {
  expect(reminderDue(1_000, null, 1e12)).toBeNull();
  expect([1_000, 1_099, 1_100, 1_199, 1_200, 5_555].map((at) => reminderDue(1_000, 100, at))).toEqual([
    null,
    null,
    1_100,
    1_100,
    1_200,
    5_500,
  ]);
});

describe("an alert that ended", () => {
  const firing = deliveryOf(1, { type: "alert.firing", subject: "a" });
  const resolved = deliveryOf(2, { type: "alert.resolved", subject: "a" });
  const told = (what: ToldAlert["told"]) => () => ({ alertId: 1, told: what });
  const superseded = (pending: readonly Delivery[], fields: Parameters<typeof queueOf>[1]) =>
    planSending([queueOf(pending, fields)], now).superseded.map(({ id }) => id);
  const types = ["webhook", "pagerduty", "slack", "email", "apprise"] as const;

  test("is told to nobody if nobody was told that it fires", () => {
    for (const type of types) {
      const { messages, superseded } = planSending(
        [queueOf([firing, resolved], { type, alertOf: told("nothing") })],
        now,
      );
      expect(messages).toEqual([]);
      expect(superseded).toEqual(
        [1, 2].map((id) => ({ id, status: "superseded", attempts: 0, nextAt: now, endedAt: now, answer: null })),
      );
    }
  });

  test("is told to who was told, or may have been", () => {
    for (const type of types) {
      expect(superseded([resolved], { type, alertOf: told("delivered") })).toEqual([]);
      const tried = { ...firing, attempts: 1 };
      expect(superseded([tried, resolved], { type, alertOf: told("nothing") })).toEqual([]);
      expect(superseded([firing, resolved], { type, alertOf: told("nothing"), inFlight: new Set([1]) })).toEqual([]);
    }
  });

  test("is told without what is not news any more: that it got worse, and a reminder", () => {
    const worse = [firing, { ...firing, id: 3, type: "alert.reminder" as const }, { ...resolved, id: 4 }];
    for (const type of types) expect(superseded(worse, { type, alertOf: told("delivered") })).toEqual([1, 3]);
  });

  test("is told to a webhook and a pager after what they were told was given up, and not to a chat", () => {
    for (const type of ["webhook", "pagerduty"] as const) {
      expect(superseded([resolved], { type, alertOf: told("dead") })).toEqual([]);
    }
    for (const type of ["slack", "email", "apprise"] as const) {
      expect(superseded([resolved], { type, alertOf: told("dead") })).toEqual([2]);
    }
  });

  test("leaves other alerts of its subject alone", () => {
    const other = deliveryOf(3, { type: "alert.firing", subject: "a" });
    const alertOf = ({ id }: Delivery) => ({ alertId: id === 3 ? 2 : 1, told: "nothing" as const });
    expect(sent([queueOf([firing, resolved, other], { alertOf })])).toEqual([[3]]);
  });
});

const state = fc.record({
  status: fc.constantFrom("active", "active", "active", "paused", "blocked", "disabled"),
  failures: fc.constantFrom(0, 0, 1),
  retryAt: fc.option(fc.integer({ min: now - 2, max: now + 2 })),
  groupedAt: fc.constant(null),
});
const anyQueue = fc
  .tuple(
    state,
    fc.array(
      fc.tuple(fc.constantFrom("a", "b", "c", "d", "e", "f"), fc.integer({ min: now - 2, max: now + 2 }), fc.boolean()),
      {
        maxLength: 12,
      },
    ),
  )
  .map(([destination, items]) => {
    const pending = items.map(([subject, nextAt], i) => deliveryOf(i + 1, { subject, nextAt }));
    const firstOfSubject = (id: number) =>
      pending.findIndex((one) => one.subject === pending[id - 1]?.subject) === id - 1;
    const flying = items.flatMap(([, , isFlying], i) => (isFlying && firstOfSubject(i + 1) ? [i + 1] : [])).slice(0, 4);
    return queueOf(pending, { state: destination, inFlight: new Set(flying) });
  });

/** By the rules, one delivery at a time: all that may be sent alone. */
function mayBeSent({ state, pending, inFlight }: SendQueue, delivery: Delivery): boolean {
  if (state.status === "paused" || state.status === "disabled") return false;
  if ((state.retryAt ?? 0) > now || delivery.nextAt > now || inFlight.has(delivery.id)) return false;
  return pending.every((other) => other.id >= delivery.id || other.subject !== delivery.subject);
}

test("what is planned is what the rules allow, and as much of it as they allow", () => {
  always(
    fc.property(fc.array(anyQueue, { maxLength: 7 }), (queues) => {
      const named = queues.map((queue, i) => ({ ...queue, destination: { ...queue.destination, name: String(i) } }));
      const { messages, wakeAt } = planSending(named, now);
      const under = named.reduce((sum, { inFlight }) => sum + inFlight.size, 0);
      let possible = 0;
      for (const queue of named) {
        const mine = messages.filter(({ destination }) => destination === queue.destination.name);
        const isTried = queue.state.failures > 0 || queue.state.status === "blocked";
        const most = Math.max(0, (isTried ? 1 : mostInFlight.destination) - queue.inFlight.size);
        const allowed = queue.pending.filter((delivery) => mayBeSent(queue, delivery));
        for (const { deliveries } of mine) expect(allowed).toContain(deliveries[0] as Delivery);
        expect(mine.length).toBeLessThanOrEqual(most);
        possible += Math.min(most, allowed.length);
      }
      expect(messages.length).toBe(Math.min(possible, Math.max(0, mostInFlight.server - under)));
      if (wakeAt !== null) expect(wakeAt).toBeGreaterThan(now);
    }),
  );
});

/** A destination over time: each message is answered at once, in the order of the plan. */
function run(queue: SendQueue, isUp: (at: number) => boolean, poison: ReadonlySet<number>) {
  let { pending, state } = queue;
  const ends = new Map<number, string>();
  const delivered: Delivery[] = [];
  let at = now;
  for (let i = 0; pending.length > 0; i++) {
    if (i > 20_000) throw new Error("it never ends");
    const { messages, wakeAt } = planSending([{ ...queue, pending, state }], at);
    if (messages.length === 0) {
      if (wakeAt === null) throw new Error("what waits is never sent");
      expect(planSending([{ ...queue, pending, state }], wakeAt - 1).messages).toEqual([]);
      at = wakeAt;
      continue;
    }
    for (const { deliveries } of messages) {
      const isBad = deliveries.some(({ id }) => poison.has(id));
      const answer = !isUp(at) ? answered(502) : isBad ? answered(500) : answered(200);
      const { changed, destination } = afterAnswer({
        deliveries,
        destination: state as SendingState & SendQueue["state"],
        answer,
        startedAt: at,
        now: at,
        random: (i % 10) / 10,
      });
      const ids = new Set(deliveries.map(({ id }) => id));
      const given = expireDeliveries(
        pending.filter(({ id }) => !ids.has(id)),
        destination,
        at,
      );
      state = destination;
      const outcomes = new Map([...changed, ...given].map((outcome) => [outcome.id, outcome]));
      if (answer.type === "answered" && answer.status === 200) delivered.push(...deliveries);
      const after = pending.map((one) => ({ ...one, ...outcomes.get(one.id) }));
      for (const { id, status } of after) if (status !== "pending") ends.set(id, status);
      pending = after.filter(({ status }) => status === "pending");
    }
  }
  return { ends, delivered, endedAt: at };
}

const hour = 3_600_000;
const anyPending = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 }).map((subjects) => {
  return subjects.map((subject, i) => deliveryOf(i + 1, { subject, createdAt: now, nextAt: now }));
});
const oneMessage = fc.constantFrom("webhook", "pagerduty", "slack");

test("a receiver that is away for two days gets all of it, in the order of each subject", () => {
  fc.assert(
    fc.property(anyPending, oneMessage, fc.integer({ min: 0, max: 48 * hour }), (pending, type, away) => {
      const { delivered, endedAt } = run(queueOf(pending, { type }), (at) => at >= now + away, new Set());
      expect(delivered.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(pending.map(({ id }) => id));
      for (const subject of ["a", "b", "c"]) {
        const ids = delivered.filter((one) => one.subject === subject).map(({ id }) => id);
        expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      }
      expect(endedAt - now).toBeLessThanOrEqual(2 * away + 24 * hour + 300_000);
    }),
    { numRuns: 60 },
  );
});

test("what one receiver never takes goes to the dead letters, and the rest is delivered", () => {
  fc.assert(
    fc.property(anyPending, fc.nat(11), (pending, bad) => {
      const { ends } = run(queueOf(pending), () => true, new Set([bad + 1]));
      for (const { id } of pending) expect(ends.get(id)).toBe(id === bad + 1 ? "dead" : "delivered");
    }),
    { numRuns: 60 },
  );
});

test("after one that is never taken its subject goes on", () => {
  const pending = [1, 2, 3].map((id) => deliveryOf(id, { subject: "a", createdAt: now, nextAt: now }));
  const { ends } = run(queueOf(pending), () => true, new Set([1]));
  expect([...ends.values()]).toEqual(["dead", "delivered", "delivered"]);
});

test("all that waits for a receiver that never comes back ends in the dead letters within five days", () => {
  fc.assert(
    fc.property(anyPending, oneMessage, (pending, type) => {
      const { ends, endedAt } = run(queueOf(pending, { type }), () => false, new Set());
      expect(pending.map(({ id }) => ends.get(id))).toEqual(pending.map(() => "dead"));
      expect(endedAt - now).toBeLessThanOrEqual(120 * hour);
    }),
    { numRuns: 60 },
  );
});
