import fc from "fast-check";
import type { EventLog, Unit, WipeTarget } from "../../event-log.ts";
import type { Expiry, Maintenance } from "../../maintenance.ts";
import { createMemoryEventLog } from "../../memory/memory-event-log.ts";
import { type Activity, arbitraryActivity } from "../arbitrary-events.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import type { TestRunner } from "../test-runner.ts";
import { type OpenEventLog, textOf } from "./harness.ts";
import { arbitraryReads, type Reads, readBack, readMaintenance } from "./read-back.ts";

/** The calls at one time: appends, all made before the first resolves; then a wipe, a prune and reads. */
interface Step {
  readonly now: number;
  readonly calls: readonly (readonly Unit[])[];
  readonly wipe: { readonly target: WipeTarget; readonly by: string | null } | null;
  readonly expiry: Expiry | null;
  readonly isRead: boolean;
}

interface History {
  readonly steps: readonly Step[];
  readonly reads: Reads;
}

/** Compares a store with the memory store over random histories of reports, wipes, prunes and reads. */
export function modelContract(
  { test }: TestRunner,
  open: OpenEventLog<EventLog & Partial<Maintenance>>,
  histories: number,
): void {
  test("summaries never lie: any history of reports, wipes and prunes is answered and read as the reference does it", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory, async ({ steps, reads }) => {
        const clock = { now: noon };
        const model = createMemoryEventLog({ now: () => clock.now });
        const log = await open({ now: () => clock.now });
        try {
          for (const { now, calls, wipe, expiry, isRead } of steps) {
            clock.now = now;
            const answers = await Promise.all(calls.map((units) => log.append(units)));
            expect(answers).toEqual(await Promise.all(calls.map((units) => model.append(units))));
            if (wipe !== null) {
              const trace = await log.wipe(wipe.target, wipe.by);
              expect(textOf(trace)).toBe(textOf(await model.wipe(wipe.target, wipe.by)));
            }
            if (expiry !== null && log.prune !== undefined) {
              expect(await log.prune(expiry)).toEqual(await model.prune(expiry));
            }
            if (!isRead) continue;
            expect(await readBack(log, reads)).toEqual(await readBack(model, reads));
            if (log.stats !== undefined) expect(await readMaintenance(log)).toEqual(await readMaintenance(model));
          }
          expect(await readBack(log, reads)).toEqual(await readBack(model, reads));
          if (log.stats !== undefined) expect(await readMaintenance(log)).toEqual(await readMaintenance(model));
        } finally {
          await log.close();
        }
      }),
      { numRuns: histories },
    );
  }, 300_000);
}

const time = fc.integer({ min: noon - 3, max: noon + 4 });
const arbitraryExpiry: fc.Arbitrary<Expiry> = fc.record(
  {
    events: fc.record(
      { ASSET_MATERIALIZATION: time, ASSET_OBSERVATION: time, ASSET_CHECK_EVALUATION: time, ASSET_WIPED: time },
      { requiredKeys: [] },
    ),
    idempotencyKeys: time,
  },
  { requiredKeys: ["events"] },
);

const arbitraryStep = ({ unit, target }: Activity): fc.Arbitrary<Step> =>
  fc.record({
    now: fc.integer({ min: noon - 3, max: noon + 3 }),
    calls: fc.array(fc.array(unit, { maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    wipe: fc.option(fc.record({ target, by: fc.constantFrom(null, "me", "") }), { freq: 2 }),
    expiry: fc.option(arbitraryExpiry, { freq: 2 }),
    isRead: fc.nat({ max: 3 }).map((n) => n === 0),
  });

const arbitraryHistory: fc.Arbitrary<History> = fc.record({
  steps: arbitraryActivity(40).chain((activity) => fc.array(arbitraryStep(activity), { maxLength: 8 })),
  reads: arbitraryReads,
});
