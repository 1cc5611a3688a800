import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { checkEvaluation, materialization, observation, type RunlessEvent } from "../../../core/index.ts";
import type { WipeTarget } from "../../../storage/event-log.ts";
import { type LibsqlEventLog, openLibsqlEventLog } from "../../../storage/index.ts";
import type { DatabaseAddress } from "../../../storage/libsql/libsql-options.ts";
import { examineDatabase } from "../../../storage/libsql/maintenance/doctor.ts";
import { noon } from "../../../storage/testing/declare-test.ts";
import { readAll, record } from "../../../storage/testing/event-log/harness.ts";
import { newStandIn } from "../../remote/test-database.ts";
import { temporaryFolder } from "../../server.ts";

const partitions = ["p", "q", null];
const arbitraryEvent: fc.Arbitrary<RunlessEvent> = fc
  .record({
    type: fc.constantFrom("materialization", "observation", "check"),
    key: fc.constantFrom("a", "a", "b"),
    options: fc.record({ partition: fc.constantFrom(...partitions), timestamp: fc.integer({ min: 0, max: 3 }) }),
    checkName: fc.constantFrom("c", "d"),
  })
  .map(({ type, key, options, checkName }) => {
    if (type === "materialization") return materialization(key, { ...options, dataVersion: checkName });
    return type === "observation"
      ? observation(key, options)
      : checkEvaluation(key, { ...options, checkName, passed: true });
  });

const arbitraryTarget: fc.Arbitrary<WipeTarget> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ assetKey: fc.constant(["a"]), partition: fc.constantFrom(...partitions) }) },
  { weight: 1, arbitrary: fc.constant({ assetKey: ["a"] }) },
  { weight: 3, arbitrary: fc.record({ eventId: fc.integer({ min: 1, max: 60 }) }) },
);

type Work = { readonly append: readonly RunlessEvent[] } | { readonly wipe: WipeTarget } | "prune";

/** What one server does, one after the other. */
const arbitraryWork: fc.Arbitrary<readonly Work[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ append: fc.array(arbitraryEvent, { minLength: 1, maxLength: 4 }) }) },
    { weight: 4, arbitrary: fc.record({ wipe: arbitraryTarget }) },
    { weight: 1, arbitrary: fc.constant("prune" as const) },
  ),
  { minLength: 4, maxLength: 12 },
);

type Happened =
  | { readonly id: number; readonly event: RunlessEvent }
  | { readonly id: number; readonly wipe: WipeTarget };

async function workOff(log: LibsqlEventLog, work: readonly Work[]): Promise<readonly Happened[]> {
  const happened: Happened[] = [];
  for (const item of work) {
    if (item === "prune") {
      await log.prune({ events: { ASSET_MATERIALIZATION: noon + 1, ASSET_CHECK_EVALUATION: noon + 1 } });
    } else if ("append" in item) {
      const ids = await record(log, ...item.append);
      happened.push(...item.append.map((event, i) => ({ event, id: ids[i] ?? 0 })));
    } else {
      const trace = await log.wipe(item.wipe, null);
      if (trace !== undefined) happened.push({ wipe: item.wipe, id: trace.id });
    }
  }
  return happened;
}

/** What the order of ids says that is left. */
function leftOf(happened: readonly Happened[]): readonly number[] {
  const wipes = happened.flatMap((item) => ("wipe" in item ? [item] : []));
  const isLeft = (item: Happened) =>
    "wipe" in item || !wipes.some(({ id, wipe }) => id > item.id && isTarget(wipe, item.id, item.event));
  return happened
    .filter(isLeft)
    .map(({ id }) => id)
    .toSorted((x, y) => x - y);
}

function isTarget(target: WipeTarget, id: number, { assetKey, partition }: RunlessEvent): boolean {
  if ("eventId" in target) return target.eventId === id;
  return target.assetKey[0] === assetKey[0] && (target.partition === undefined || target.partition === partition);
}

/** Two servers do their work at once: what is left is what the order of ids says, and the summaries are right. */
async function expectOrder(address: DatabaseAddress, file: string, works: readonly (readonly Work[])[]): Promise<void> {
  const logs = await Promise.all(works.map(() => openLibsqlEventLog({ ...address, now: () => noon })));
  try {
    const happened = (await Promise.all(logs.map((log, i) => workOff(log, works[i] ?? [])))).flat();
    const left = leftOf(happened);
    for (const log of logs) {
      const ids = (await readAll(log)).map(({ id }) => id);
      if (works.flat().includes("prune")) expect(left).toEqual(expect.arrayContaining(ids));
      else expect(ids).toEqual([...left]);
    }
  } finally {
    await Promise.all(logs.map((log) => log.close()));
  }
  const { summaries } = await examineDatabase({ url: `file:${file}` });
  expect(summaries?.wrong).toBe(0);
}

const arbitraryWorks = fc.tuple(arbitraryWork, arbitraryWork);

test("two servers on one file wipe, report and prune at once, and nobody is in doubt what is left", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryWorks, async (works) => {
      const file = join(temporaryFolder(), "runless.db");
      await expectOrder({ url: `file:${file}` }, file, works);
    }),
    { numRuns: 20 },
  );
}, 300_000);

test("two servers on one remote database do so too", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryWorks, async (works) => {
      const standIn = await newStandIn();
      try {
        await expectOrder({ url: standIn.url }, standIn.file, works);
      } finally {
        await standIn.close();
      }
    }),
    { numRuns: 20 },
  );
}, 300_000);
