import { afterAll, expect, test } from "bun:test";
import fc from "fast-check";
import { checkEvaluation, materialization, observation, type RunlessEvent } from "../../../../core/index.ts";
import { openStores } from "../../../../storage/index.ts";
import { report } from "../../../../storage/testing/watch-store/follower.ts";
import { type Clock, fileOf, Telling } from "../telling.ts";
import { type Fate, startDagster, taken } from "./dagster-server.ts";

const makers: readonly ((key: string) => RunlessEvent)[] = [
  (key) => materialization(key),
  (key) => observation(key, { partition: "p" }),
  (key) => checkEvaluation(key, { checkName: "c", passed: true }),
  (key) => checkEvaluation(key, { checkName: "d", passed: false, description: "why" }),
];

type Step =
  | { readonly type: "report"; readonly events: readonly (readonly [number, number])[] }
  | { readonly type: "pass"; readonly seconds: number }
  /** The server is gone without a word; another begins once its lease is nobody's. */
  | { readonly type: "crash" };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant("report" as const),
    events: fc.array(fc.tuple(fc.nat(2), fc.nat(makers.length - 1)), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({ type: fc.constant("pass" as const), seconds: fc.integer({ min: 0, max: 90 }) }),
  fc.constant({ type: "crash" as const }),
);

const fate: fc.Arbitrary<Fate> = fc.constantFrom<Fate>(
  taken,
  taken,
  taken,
  { isKept: true, answer: "cut" },
  { isKept: false, answer: "cut" },
  { isKept: true, answer: 504 },
  { isKept: false, answer: 502 },
  { isKept: true, answer: 500 },
  { isKept: false, answer: 503, headers: { "retry-after": "1" } },
);

let dagster: Awaited<ReturnType<typeof startDagster>> | undefined;
afterAll(() => dagster?.stop());

test("whatever fails and whoever crashes, Dagster has each event once, in the order of its asset", async () => {
  let fates: Iterator<Fate> | undefined;
  let clock: Clock = { now: 0, elapsed: 0 };
  const server = await startDagster(
    () => fates?.next().value ?? taken,
    () => clock.now,
  );
  dagster = server;
  const history = fc.record({ steps: fc.array(step, { minLength: 3, maxLength: 12 }), fates: fc.infiniteStream(fate) });
  await fc.assert(
    fc.asyncProperty(history, async (chosen) => {
      clock = { now: Date.UTC(2026, 10, 23), elapsed: 0 };
      server.kept.length = 0;
      fates = chosen.fates[Symbol.iterator]();
      const stores = await openStores({ url: ":memory:", now: () => clock.now });
      const file = fileOf({ name: "dagster", type: "dagster", url: server.url, lanes: 3 });
      let telling = new Telling(stores, clock, { file });
      await telling.run();
      let count = 0;
      for (const one of chosen.steps) {
        if (one.type === "report") {
          await report(stores, ...one.events.map(([key, make]) => (makers[make] ?? materialization)(`a${key}`)));
          count += one.events.length;
          await telling.run();
        } else if (one.type === "pass") await telling.pass(one.seconds * 1000);
        else telling = await telling.crash();
      }
      fates = undefined;
      for (let i = 0; i < 4; i++) await telling.pass(3_600_000);
      const marks = server.kept.map(({ mark }) => mark);
      expect(new Set(marks).size).toBe(count);
      expect(marks).toHaveLength(count);
      for (const asset of ["a0", "a1", "a2"]) {
        const ids = server.kept.filter((one) => one.asset === JSON.stringify([asset])).map(({ mark }) => idOf(mark));
        expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      }
      expect(await stores.sending.pending("dagster")).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 60_000);

function idOf(mark: string): number {
  return Number(mark.split("/")[1]);
}
