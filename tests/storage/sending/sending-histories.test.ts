import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { deliveryStatuses } from "../../../core/destinations/delivery.ts";
import {
  openStores,
  type SendChanges,
  type SendLease,
  type SendRequest,
  type SendStore,
} from "../../../storage/index.ts";
import { destinationRow, newDelivery } from "../../contracts/sending.ts";
import { temporaryFolder } from "../../server.ts";

const text = fc.oneof(
  fc.constantFrom("x", "y", "", "\u0000", "\ud800", "\u0002\u0003"),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom("x", "y", "x\u0001") }, { weight: 1, arbitrary: text });
const time = fc.integer({ min: 0, max: 20 });
const nullable = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const status = fc.constantFrom(...deliveryStatuses);
const several = <Value>(value: fc.Arbitrary<Value>) => fc.option(fc.array(value, { maxLength: 4 }), { nil: undefined });

const destination = fc
  .record({
    ...{ name, type: text, eventCursor: fc.maxSafeNat(), alertCursor: time, reason: nullable(text), failures: time },
    status: fc.constantFrom("active" as const, "paused" as const, "disabled" as const, "blocked" as const),
    ...{ retryAt: nullable(time), groupAt: nullable(time), groupedAt: nullable(time), leftAt: nullable(time) },
    ...{ pruned: time, changedAt: fc.maxSafeNat() },
  })
  .map((row) => destinationRow(row.name, row));
const delivery = fc
  .record({
    ...{ destination: name, messageId: fc.oneof(fc.nat(12).map(String), text), subject: text, status, attempts: time },
    type: fc.constantFrom("asset.wiped" as const, "alert.firing" as const),
    ...{ eventId: nullable(fc.maxSafeNat()), alertChangeId: nullable(time), content: nullable(text) },
    ...{ nextAt: time, createdAt: time, endedAt: nullable(time), answer: nullable(text) },
  })
  .map((row) => newDelivery(row.destination, row.messageId, row));
const change = fc.record({
  ...{ id: fc.integer({ min: 1, max: 15 }), status, attempts: time, nextAt: time, endedAt: nullable(time) },
  answer: nullable(text),
});
const changes: fc.Arbitrary<SendChanges> = fc.record({
  destinations: several(destination),
  forgotten: fc.option(fc.array(name, { maxLength: 1 }), { nil: undefined, freq: 1 }),
  queued: several(delivery),
  changed: several(change),
  answered: several(fc.integer({ min: 1, max: 6 })),
  forgetBefore: fc.option(time, { nil: undefined, freq: 1 }),
  forgetArrivedBefore: fc.option(time, { nil: undefined, freq: 1 }),
});
const request: fc.Arbitrary<Omit<SendRequest, "id">> = fc.record({
  ...{ action: fc.constantFrom("pause" as const, "replay" as const), destination: name },
  ...{ argument: nullable(fc.maxSafeNat()), option: nullable(text) },
});

type Step =
  | { readonly do: "commit"; readonly behind: number; readonly changes: SendChanges }
  | { readonly do: "take" | "look"; readonly holder: string }
  | { readonly do: "release"; readonly behind: number }
  | { readonly do: "ask"; readonly request: Omit<SendRequest, "id"> };

/** How many fences ago: 0 is the newest one. */
const behind = fc.constantFrom(0, 0, 0, 0, 0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("commit" as const), behind, changes }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("take" as const, "look" as const), holder: text }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("release" as const), behind }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("ask" as const), request }) },
);

/** A server that acts on what it saw last. */
class Actor {
  readonly sending: SendStore;
  #seen: SendLease | undefined;

  constructor(sending: SendStore) {
    this.sending = sending;
  }

  async act(step: Step): Promise<unknown> {
    const { sending } = this;
    if (step.do === "ask") return sending.request(step.request);
    const now = await sending.lease();
    if (step.do === "commit") return sending.commit(now.fence - step.behind, step.changes);
    if (step.do === "release") return sending.releaseLease(now.fence - step.behind);
    if (step.do === "look") this.#seen = now;
    return sending.takeLease({ holder: step.holder, fileHash: step.holder }, this.#seen ?? now);
  }
}

async function stateOf(sending: SendStore) {
  const names = ["x", "x\u0001", "\ud800"];
  const filters = [undefined, ...names].flatMap((destination) =>
    [undefined, "dead" as const].map((status) => ({ destination, status })),
  );
  return {
    lease: await sending.lease(),
    destinations: await sending.destinations(),
    pending: await Promise.all(names.map((name) => sending.pending(name))),
    requests: await sending.requests(),
    counts: await sending.deliveryCounts(),
    one: await sending.delivery(3),
    lists: await Promise.all(
      filters.map(async (filter) => {
        const first = await sending.deliveries(filter, { limit: 2 });
        const next = await sending.deliveries(filter, { limit: 50, cursor: first.cursor ?? undefined });
        return [first.deliveries, first.hasMore, next.deliveries, next.hasMore];
      }),
    ),
  };
}

test("whatever is committed, asked and taken over, a file keeps what memory keeps", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
      const all = await Promise.all(
        [":memory:", `file:${join(temporaryFolder(), "runless.db")}`].map((url) => openStores({ url })),
      );
      const actors = all.map(({ sending }) => new Actor(sending));
      try {
        for (const one of [{ do: "take", holder: "one" } as const, ...steps]) {
          const answers = [];
          for (const actor of actors) answers.push(await actor.act(one));
          expect(answers[1]).toEqual(answers[0]);
          const [memory, file] = await Promise.all(actors.map(({ sending }) => stateOf(sending)));
          expect(file).toEqual(memory as never);
        }
      } finally {
        for (const { log } of all) await log.close();
      }
    }),
    { numRuns: 40 },
  );
}, 240_000);
