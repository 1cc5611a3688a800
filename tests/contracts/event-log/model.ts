import { expect, test } from "bun:test";
import fc from "fast-check";
import type { AssetKey } from "../../../core/index.ts";
import type { AssetRecord, EventFilter, EventLog, Unit } from "../../../storage/event-log.ts";
import { createMemoryEventLog } from "../../../storage/memory.ts";
import { arbitraryFilter, arbitraryKey, arbitraryUnits } from "../arbitrary-events.ts";
import { noon, type OpenEventLog, readAll, textOf, type Walk } from "./harness.ts";

/** What happens at one time: calls of append, all made before the first is answered. */
interface Step {
  readonly now: number;
  readonly calls: readonly (readonly Unit[])[];
}

interface Read {
  readonly filter: EventFilter;
  readonly walk: Required<Walk>;
}

interface History {
  readonly steps: readonly Step[];
  readonly reads: readonly Read[];
  readonly unknownKey: AssetKey;
}

/** Whatever is reported and asked, in whatever order, the store answers as the memory store does. */
export function modelContract(open: OpenEventLog): void {
  test("a random history is answered and read as the reference does it", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHistory, async (history) => {
        const clock = { now: noon };
        const model = createMemoryEventLog({ now: () => clock.now });
        const log = await open({ now: () => clock.now });
        try {
          for (const { now, calls } of history.steps) {
            clock.now = now;
            const answers = await Promise.all(calls.map((units) => log.append(units)));
            expect(answers).toEqual(await Promise.all(calls.map((units) => model.append(units))));
          }
          expect(await readBack(log, history)).toEqual(await readBack(model, history));
        } finally {
          await log.close();
        }
      }),
      { numRuns: 60 },
    );
  }, 300_000);
}

const arbitraryStep = (unit: fc.Arbitrary<Unit>): fc.Arbitrary<Step> =>
  fc.record({
    now: fc.integer({ min: noon - 3, max: noon + 3 }),
    calls: fc.array(fc.array(unit, { maxLength: 3 }), { minLength: 1, maxLength: 4 }),
  });

const arbitraryRead: fc.Arbitrary<Read> = fc.record({
  filter: arbitraryFilter(60),
  walk: fc.record({
    order: fc.constantFrom("asc", "desc"),
    limits: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }),
  }),
});

const arbitraryHistory: fc.Arbitrary<History> = fc.record({
  steps: arbitraryUnits.chain((unit) => fc.array(arbitraryStep(unit), { maxLength: 6 })),
  reads: fc.array(arbitraryRead, { maxLength: 12 }),
  unknownKey: arbitraryKey,
});

/** All that can be read: every event by id, every asset, and the walks that were asked for. */
async function readBack(log: EventLog, { reads, unknownKey }: History): Promise<unknown> {
  const events = await readAll(log);
  const byId = await Promise.all(Array.from({ length: events.length + 2 }, (_, id) => log.get(id)));
  const keys = [...events.map((event) => event.assetKey), unknownKey];
  const assets = await Promise.all(keys.map((key) => log.asset(key)));
  const walks: unknown[] = [];
  for (const { filter, walk } of reads) walks.push((await readAll(log, filter, walk)).map(textOf));
  return { events: events.map(textOf), byId: byId.map(textOf), assets: assets.map(assetTexts), walks };
}

function assetTexts(asset: AssetRecord | undefined): unknown {
  return (
    asset && {
      ...asset,
      latestMaterialization: textOf(asset.latestMaterialization),
      latestObservation: textOf(asset.latestObservation),
      checks: asset.checks.map(textOf),
    }
  );
}
