import { expect, test } from "bun:test";
import fc from "fast-check";
import { materialization } from "../../../core/index.ts";
import { GroupCommit } from "../../../storage/group-commit/group-commit.ts";
import { createMemoryEventLog, EventLogError, type Unit, type UnitResult } from "../../../storage/index.ts";

/** What becomes of a commit: nothing of it is kept, or all of it while nobody hears of that. */
type Fate = "kept" | "failed" | "unheard";

interface Sender {
  /** How many events each of its reports has. */
  readonly sizes: readonly number[];
  /** Its reports carry idempotency keys, so that it may repeat one of which it does not know what became. */
  readonly keyed: boolean;
  /** As an import is: it waits for room, and sends the next report before it hears of the last. */
  readonly waitWhenFull: boolean;
}

const attempts = 4;
const limits = { events: 5, bytes: 1000 };
const largestUnit = 4;
const sender = fc.record<Sender>({
  sizes: fc.array(fc.integer({ min: 1, max: largestUnit }), { minLength: 1, maxLength: 6 }),
  keyed: fc.boolean(),
  waitWhenFull: fc.boolean(),
});
/** How long commits say that they took: as a database that nobody waits for, or one that everybody does. */
const work = fc.constantFrom(0, 1_000_000);
const fates = fc.array(fc.constantFrom<Fate>("kept", "kept", "failed", "unheard"), { minLength: 1, maxLength: 8 });

test("no schedule of reports, retries, failures and shutdown loses, repeats or reorders what was acknowledged", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(sender, { minLength: 1, maxLength: 6 }),
      fates,
      fc.option(fc.nat(30)),
      work,
      async (s, senders, fates, closesAfter, milliseconds) => {
        const log = createMemoryEventLog({ now: () => 0 });
        const turn = (label: string) => s.schedule(Promise.resolve(), label);
        let [running, commits, closed] = [0, 0, false];

        const group = new GroupCommit<Unit, UnitResult>(
          async (units) => {
            expect([running++, closed]).toEqual([0, false]);
            try {
              const fate = fates[commits++ % fates.length];
              await turn("commit");
              if (fate === "failed") throw new EventLogError("unavailable", "nothing is kept");
              const results = await log.append(units);
              await turn("acknowledge");
              if (fate === "unheard") throw new EventLogError("unknown_outcome", "who knows");
              return { results, milliseconds };
            } finally {
              running--;
            }
          },
          limits,
          { nextTurn: (work) => void turn("next turn").then(work) },
        );

        const acknowledged = new Map<string, readonly number[]>();
        const unknown = new Set<string>();
        /** The ids that a report was acknowledged with; undefined where it was given up. */
        async function report(from: Sender, uid: string, size: number): Promise<readonly number[] | undefined> {
          const unit = Array.from({ length: size }, (_, i) => ({
            event: materialization("a", { partition: uid, description: String(i) }),
            idempotencyKey: from.keyed ? `${uid}/${i}` : undefined,
          }));
          for (let attempt = 0; attempt < attempts; attempt++) {
            await turn(`send ${uid}`);
            const sent = group.add(unit, { events: size, bytes: size }, from.waitWhenFull);
            expect(group.load.events).toBeLessThan(limits.events + largestUnit);
            try {
              const result = await sent;
              const ids = result.status === "recorded" ? result.events.map(({ id }) => id) : [];
              acknowledged.set(uid, ids);
              return ids;
            } catch (error) {
              const code = error instanceof EventLogError ? error.code : String(error);
              expect(["overloaded", "unavailable", "unknown_outcome", "closed"]).toContain(code);
              if (from.waitWhenFull) expect(code).not.toBe("overloaded");
              if (code === "unknown_outcome") unknown.add(uid);
              if (code === "closed" || (code === "unknown_outcome" && !from.keyed)) return undefined;
            }
          }
          return undefined;
        }

        const sending = senders.map(async (from, number) => {
          const reports = from.sizes.map((size, i) => [`${number}/${i}`, size] as const);
          if (from.waitWhenFull) await Promise.all(reports.map(([uid, size]) => report(from, uid, size)));
          else {
            let last = 0;
            for (const [uid, size] of reports) {
              const ids = await report(from, uid, size);
              for (const id of ids ?? []) expect(id).toBeGreaterThan(last);
              last = ids?.at(-1) ?? last;
            }
          }
        });
        const closing = (async () => {
          if (closesAfter === null) return;
          for (let i = 0; i < closesAfter; i++) await turn("wait");
          await group.close();
          closed = true;
        })();
        await s.waitFor(Promise.all([...sending, closing]));

        const { events } = await log.query({}, { limit: 1000, order: "asc" });
        const recorded = new Map<string, number[]>();
        for (const { partition, description, id } of events) {
          const ids = recorded.get(partition ?? "") ?? [];
          expect(description).toBe(String(ids.length)); // whole units, in order, and none twice
          recorded.set(partition ?? "", [...ids, id]);
        }
        for (const [uid, ids] of acknowledged) expect(recorded.get(uid)).toEqual([...ids]);
        for (const uid of recorded.keys()) expect(acknowledged.has(uid) || unknown.has(uid)).toBe(true);
        expect(group.load).toEqual({ events: 0, bytes: 0 });
      },
    ),
    { numRuns: 300 },
  );
});

test("no schedule reorders what one import sends ahead, whatever reports come between", async () => {
  const step = fc.record({ waitWhenFull: fc.boolean(), commits: fc.nat(2) });
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { minLength: 1, maxLength: 40 }),
      work,
      async (s, steps, milliseconds) => {
        const committed: number[] = [];
        const group = new GroupCommit<number, number>(
          async (items) => {
            await s.schedule(Promise.resolve(), "commit");
            committed.push(...items);
            return { results: items, milliseconds };
          },
          limits,
          { nextTurn: (work) => void s.schedule(Promise.resolve(), "next turn").then(work) },
        );
        const refused = new Set<number>();
        const added: Promise<unknown>[] = [];
        for (const [item, { waitWhenFull, commits }] of steps.entries()) {
          added.push(group.add(item, { events: 1, bytes: 1 }, waitWhenFull).catch(() => refused.add(item)));
          for (let i = 0; i < commits && s.count() > 0; i++) await s.waitOne();
        }
        await s.waitFor(Promise.all(added));
        for (const kind of [true, false]) {
          const ofKind = (items: readonly number[]) => items.filter((item) => steps[item]?.waitWhenFull === kind);
          const sent = ofKind(steps.map((_, item) => item));
          expect(ofKind(committed)).toEqual(sent.filter((item) => !refused.has(item)));
          if (kind) expect(ofKind([...refused])).toEqual([]);
        }
      },
    ),
  );
});
