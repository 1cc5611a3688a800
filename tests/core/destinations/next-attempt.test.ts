import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Answer, Delivery } from "../../../core/destinations/delivery.ts";
import {
  afterAnswer,
  expireDeliveries,
  redeliver,
  type SendingState,
} from "../../../core/destinations/next-attempt.ts";
import type { DestinationRow, SendChanges } from "../../../storage/sending/send-store.ts";
import { always, anyText } from "../arbitraries.ts";
import { active, answered, deliveryOf } from "./deliveries.ts";

const minute = 60_000;
const hour = 60 * minute;
const now = 1_000_000;
const lost: Answer = { type: "lost", reason: "a.example did not answer within 15 s" };
const unreachable: Answer = { type: "unreachable", reason: "a.example refused the connection" };
const forbidden: Answer = { type: "forbidden", reason: "a.example is a link-local address" };

interface Told {
  readonly delivery: Delivery;
  readonly destination: SendingState;
}

function tell({ delivery, destination }: Told, answer: Answer, at = now, random = 0.5, startedAt = at): Told {
  const outcome = afterAnswer({ deliveries: [delivery], destination, answer, startedAt, now: at, random });
  return { delivery: { ...delivery, ...outcome.changed[0] }, destination: outcome.destination };
}

const fresh: Told = { delivery: deliveryOf(1), destination: active };

/** Gives the same answer until the delivery ended, each time as early as it may be sent. */
function tellUntilEnd(answer: Answer, random = 0.5): { readonly waits: readonly number[]; readonly end: Told } {
  const waits: number[] = [];
  let told = fresh;
  let at = now;
  while (told.delivery.status === "pending") {
    told = tell(told, answer, at, random);
    if (told.delivery.status !== "pending") break;
    const next = Math.max(told.delivery.nextAt, told.destination.retryAt ?? 0);
    waits.push(next - at);
    at = next;
  }
  return { waits, end: told };
}

describe("what follows an answer", () => {
  test("any 2xx delivers", () => {
    for (const status of [200, 201, 202, 204, 299]) {
      expect(tell(fresh, answered(status, null, "ok"))).toEqual({
        delivery: deliveryOf(1, {
          status: "delivered",
          attempts: 1,
          nextAt: now,
          endedAt: now,
          answer: `${status}: ok`,
        }),
        destination: active,
      });
    }
  });

  test("410 disables the destination, and keeps what was sent", () => {
    const { delivery, destination } = tell(fresh, answered(410));
    expect(delivery).toMatchObject({ status: "pending", attempts: 1, nextAt: now, endedAt: null });
    expect(destination).toEqual({
      ...active,
      status: "disabled",
      reason: "it answered 410, it is gone: correct its URL, then resume it",
    });
  });

  test("429 and 503 are sent again when they ask for it, in an hour at the latest", () => {
    for (const status of [429, 503]) {
      for (const [asked, wait] of [
        [0, 0],
        [7_000, 7_000],
        [hour, hour],
        [24 * hour, hour],
      ] as const) {
        const { delivery, destination } = tell(fresh, answered(status, asked));
        expect([delivery.status, delivery.nextAt, destination.retryAt]).toEqual(["pending", now + wait, now + wait]);
        expect(destination).toMatchObject({
          status: "active",
          failures: 0,
          reason: `it answered ${status}, it asks to wait`,
        });
      }
    }
  });

  test("a receiver that asks to wait for ever is asked less often, and given up in the end", () => {
    const { waits, end } = tellUntilEnd(answered(429, 1_000));
    expect(waits.slice(0, 5)).toEqual([1_000, 1_000, 1_000, 5_000, 30_000]);
    expect(waits).toHaveLength(99);
    expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(72 * hour);
    expect(end.delivery).toMatchObject({ status: "dead", attempts: 100, answer: "429, limited 100 of 100" });
  });

  test("429 and 503 that say no time are failures like others", () => {
    for (const status of [429, 503]) expect(tell(fresh, answered(status)).destination.failures).toBe(1);
  });

  test("400, 404, 413 and 422 get three tries in ten minutes, and hold up no one else", () => {
    for (const status of [400, 404, 413, 422]) {
      const { waits, end } = tellUntilEnd(answered(status, null, "no"));
      expect(waits).toEqual([2 * minute, 8 * minute]);
      expect(end.delivery).toMatchObject({ status: "dead", attempts: 3, answer: `${status}, refused 3 of 3: no` });
      expect(end.destination).toEqual(active);
    }
  });

  const failures = [500, 502, 504, 599, 401, 403, 405, 301, 307, 418].map((status) => answered(status));
  for (const answer of [...failures, unreachable, lost]) {
    test(`${JSON.stringify(answer)} makes the destination wait as one, for three days, and then gives up`, () => {
      const { waits, end } = tellUntilEnd(answer);
      const seconds = [0, 5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
      expect(waits).toEqual(seconds.map((wait) => wait * 1000));
      expect(end.delivery).toMatchObject({ status: "dead", attempts: 13 });
      expect(end.delivery.answer).toMatch(/, failed 13 of 13/);
      expect(end.destination.failures).toBe(13);
      // What comes later is still tried, once a day.
      expect(end.destination.retryAt).toBe((end.delivery.endedAt as number) + 24 * hour);
    });
  }

  test("a destination that may not be asked is blocked, tried every minute, and nothing is given up", () => {
    let told = fresh;
    for (let i = 0; i < 500; i++) told = tell(told, forbidden, now + i * minute);
    expect(told.delivery).toMatchObject({
      status: "pending",
      attempts: 0,
      answer: "not sent: a.example is a link-local address",
    });
    expect(told.destination).toMatchObject({
      status: "blocked",
      reason: forbidden.type === "forbidden" ? forbidden.reason : "",
    });
    expect(told.destination.retryAt).toBe(now + 500 * minute);
    expect(tell(told, answered(200), now + 501 * minute).destination).toEqual(active);
  });
});

test("the reason says what to correct, and only what it was given", () => {
  const reason = (answer: Answer) => tell(fresh, answer).destination.reason;
  expect(
    [lost, unreachable, forbidden, ...[401, 302, 500].map((status) => answered(status, null, "x"))].map(reason),
  ).toEqual([
    "no answer came: a.example did not answer within 15 s",
    "it can't be reached: a.example refused the connection",
    "a.example is a link-local address",
    "it answered 401: correct its URL, key or secret",
    "it answered 302, a redirect is not followed: write the URL that it leads to",
    "it answered 500",
  ]);
});

test("what is kept of a destination stays but for what the attempt changed", () => {
  const row: DestinationRow = {
    ...active,
    name: "hook",
    type: "webhook",
    eventCursor: 7,
    alertCursor: 3,
    groupAt: null,
    groupedAt: 5,
    pruned: 0,
    leftAt: null,
    changedAt: 1,
  };
  const options = { deliveries: [deliveryOf(1)], answer: lost, startedAt: now, now, random: 0.5 };
  const { destination, changed } = afterAnswer({ ...options, destination: row });
  const changes: SendChanges = { destinations: [destination], changed };
  expect(changes.destinations).toEqual([
    { ...row, failures: 1, retryAt: now, reason: "no answer came: a.example did not answer within 15 s" },
  ]);
});

test("waits differ by a fifth at most", () => {
  for (const random of [0, 0.25, 0.999999]) {
    const { waits } = tellUntilEnd(lost, random);
    const middle = tellUntilEnd(lost).waits;
    for (const [i, wait] of waits.entries()) {
      expect(wait).toBeCloseTo((middle[i] ?? Number.NaN) * (0.8 + 0.4 * random), -1);
    }
  }
});

test("attempts that were under way when a failure came are no further failures", () => {
  let told = fresh;
  for (let i = 0; i < 4; i++) told = { ...tell({ ...told, delivery: deliveryOf(i) }, lost, now + i, 0.5, now - 10) };
  expect(told.destination).toMatchObject({ failures: 1, retryAt: now });
});

test("what gets through ends a wait after failures, and not one that was asked for", () => {
  const failing = tell(tell(fresh, lost), lost).destination;
  expect(failing).toMatchObject({ failures: 2, retryAt: now + 5_000 });
  expect(tell({ ...fresh, destination: failing }, answered(200)).destination).toEqual(active);
  expect(tell({ ...fresh, destination: failing }, answered(404)).destination).toEqual(active);
  const limited = tell(fresh, answered(429, minute)).destination;
  expect(tell({ ...fresh, destination: limited }, answered(200)).destination.retryAt).toBe(now + minute);
  expect(tell({ ...fresh, destination: limited }, answered(429, 1)).destination.retryAt).toBe(now + minute);
  expect(tell({ ...fresh, destination: limited }, answered(200), now + minute).destination).toEqual(active);
});

test("no answer resumes what an operator paused, or what is gone", () => {
  for (const status of ["paused", "disabled"] as const) {
    const held = { ...active, status, reason: "held" };
    for (const answer of [answered(200), answered(429, 5), answered(400), lost, forbidden]) {
      expect(tell({ ...fresh, destination: held }, answer).destination.status).toBe(status);
    }
  }
});

test("each delivery of a group has its end, and the destination fails once", () => {
  const old = deliveryOf(1, { attempts: 12, answer: "500, failed 12 of 13" });
  const outcome = afterAnswer({
    deliveries: [old, deliveryOf(2)],
    destination: active,
    answer: lost,
    startedAt: now,
    now,
    random: 0.5,
  });
  expect(outcome.changed.map(({ status }) => status)).toEqual(["dead", "pending"]);
  expect(outcome.destination.failures).toBe(1);
});

test("only the same answer one after the other counts, and a redelivery begins anew", () => {
  const mixed = tell(tell(tell(fresh, lost), answered(404)), lost).delivery;
  expect(mixed).toMatchObject({ attempts: 3, answer: expect.stringContaining(", failed 1 of 13") });
  const { end } = tellUntilEnd(answered(404));
  const again = { ...end.delivery, ...redeliver(end.delivery, now + hour) };
  expect(again).toEqual(deliveryOf(1, { nextAt: now + hour }));
  const kept = { ...again, answer: end.delivery.answer };
  expect(tell({ ...fresh, delivery: kept }, answered(404)).delivery.answer).toBe("404, refused 1 of 3");
  // A receiver's text is never taken for a count.
  const told = tell(fresh, answered(200, null, "x, refused 2 of 3")).delivery;
  const posing = { ...told, answer: "404: y, refused 2 of 3", status: "pending" } as const;
  expect(tell({ ...fresh, delivery: posing }, answered(404)).delivery.answer).toBe("404, refused 1 of 3");
});

test("what waited through all attempts of its destination is given up, and what came later is not", () => {
  const { end } = tellUntilEnd(lost);
  const at = end.delivery.endedAt as number;
  const waiting = [deliveryOf(2, { createdAt: now }), deliveryOf(3, { createdAt: at - hour })];
  expect(expireDeliveries(waiting, { ...end.destination, failures: 14 }, at)).toEqual([
    { id: 2, status: "dead", attempts: 0, nextAt: at, endedAt: at, answer: end.destination.reason },
  ]);
  expect(expireDeliveries(waiting, end.destination, at)).toEqual([]);
});

const anyAnswer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({
    type: fc.constant("answered" as const),
    status: fc.oneof(fc.integer({ min: 100, max: 599 }), fc.constantFrom(200, 400, 404, 429, 503)),
    retryAfter: fc.option(fc.integer({ min: -5_000, max: 100 * hour })),
    text: anyText,
  }),
  fc.constantFrom(lost, unreachable),
);

test("nothing is sent before now, nothing waits for more than 29 hours, and an answer is no longer than 1 KiB", () => {
  const text = fc.oneof(anyText, fc.constantFrom("x".repeat(5_000), "é".repeat(900), "\u{1f600}".repeat(300)));
  always(
    fc.property(
      fc.array(anyAnswer, { maxLength: 20 }),
      text,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (answers, long, random) => {
        let told = fresh;
        let at = now;
        for (const answer of [...answers, answered(500, null, long)]) {
          told = tell(told, answer, at, random);
          expect(told.delivery.nextAt).toBeGreaterThanOrEqual(at);
          expect(told.delivery.nextAt - at).toBeLessThanOrEqual(29 * hour);
          expect((told.destination.retryAt ?? at) - at).toBeLessThanOrEqual(29 * hour);
          const answerBytes = Buffer.byteLength(told.delivery.answer ?? "");
          expect(answerBytes).toBeLessThanOrEqual(1024);
          expect(told.delivery.endedAt === null).toBe(told.delivery.status === "pending");
          if (told.delivery.status !== "pending") return;
          at = Math.max(told.delivery.nextAt, told.destination.retryAt ?? 0);
        }
      },
    ),
  );
});

test("every delivery ends, whatever it is answered by turns", () => {
  const answers = fc.infiniteStream(
    anyAnswer.filter((answer) => answer.type !== "answered" || (answer.status !== 410 && answer.status >= 300)),
  );
  fc.assert(
    fc.property(answers, (stream) => {
      let told = fresh;
      let attempts = 0;
      for (const answer of stream) {
        told = tell(told, answer, Math.max(now, told.delivery.nextAt, told.destination.retryAt ?? 0));
        attempts++;
        if (told.delivery.status !== "pending") break;
      }
      expect(told.delivery.status).toBe("dead");
      expect(attempts).toBeLessThanOrEqual(200);
    }),
    { numRuns: 100 },
  );
});

test("more failures never mean a shorter wait", () => {
  for (const random of [0, 0.5, 0.999]) {
    for (const answer of [lost, answered(404), answered(429, 10)]) {
      const { waits } = tellUntilEnd(answer, random);
      expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    }
  }
});
