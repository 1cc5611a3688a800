import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { materialization } from "../../../core/index.ts";
import type { EventLog, Unit, WipeTarget } from "../../../storage/event-log.ts";
import { createLogDatabase } from "../../../storage/libsql/create-log-database.ts";
import type { DatabaseAccess } from "../../../storage/libsql/database-access.ts";
import { openFileAccess } from "../../../storage/libsql/file/file-access.ts";
import { createLibsqlEventLog } from "../../../storage/libsql/libsql-event-log.ts";
import type { LogDatabase } from "../../../storage/libsql/log-database.ts";
import type { Expiry, Maintenance } from "../../../storage/maintenance.ts";
import { createMemoryEventLog } from "../../../storage/memory/memory-event-log.ts";
import { isTarget } from "../../../storage/scan/matches.ts";
import { arbitraryActivity } from "../../../storage/testing/arbitrary-events.ts";
import { noon } from "../../../storage/testing/declare-test.ts";
import { readAll, readIds, record, textOf } from "../../../storage/testing/event-log/harness.ts";
import { arbitraryReads, readBack } from "../../../storage/testing/event-log/read-back.ts";
import { temporaryFolder } from "../../server.ts";

type Operation = { readonly append: readonly Unit[] } | { readonly wipe: WipeTarget } | { readonly prune: Expiry };

const all = { ASSET_MATERIALIZATION: noon + 1, ASSET_OBSERVATION: noon + 1, ASSET_CHECK_EVALUATION: noon + 1 };

const options = { queue: { events: 1e9, bytes: 1e9 }, groupsAtOnce: 1 };

const arbitraryHistory = arbitraryActivity(60).chain(({ unit, target }) => {
  const operation: fc.Arbitrary<Operation> = fc.oneof(
    fc.record({ append: fc.array(unit, { maxLength: 3 }) }),
    fc.record({ wipe: target }),
    fc.constant({ prune: { events: all } }),
  );
  return fc.array(
    fc.record({
      before: fc.array(unit, { maxLength: 4 }),
      target,
      /** What another server does, each before one of the wipe's reads and transactions, from 0. */
      meanwhile: fc.array(fc.record({ at: fc.integer({ min: 0, max: 6 }), operation }), { minLength: 1, maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 8 },
  );
});

test("a wipe takes effect at one moment, whatever is reported, wiped and pruned while it looks up what to change", async () => {
  let outdated = 0;
  await fc.assert(
    fc.asyncProperty(arbitraryHistory, arbitraryReads, async (history, reads) => {
      const url = `file:${join(temporaryFolder(), "runless.db")}`;
      const steps = new Steps();
      const log = createLibsqlEventLog(steps.databaseOf(await openFileAccess({ url })), () => noon, options);
      const other = createLibsqlEventLog(createLogDatabase(await openFileAccess({ url })), () => noon, options);
      const model = createMemoryEventLog({ now: () => noon });
      try {
        for (const { before, target, meanwhile } of history) {
          expect(await log.append(before)).toEqual(await model.append(before));
          // Where there was nothing to wipe at some moment, a wipe may say so.
          let wasAbsent = await isAbsent(model, target);
          const run = async (isNow: (at: number) => boolean) => {
            for (const { operation } of meanwhile.filter(({ at }) => isNow(at))) {
              await expectSame(operation, other, model);
              wasAbsent ||= await isAbsent(model, target);
            }
          };
          steps.begin((step) => run((at) => at === step));
          const trace = await log.wipe(target, "me");
          const taken = steps.end();
          if (trace !== undefined || !wasAbsent) expect(textOf(trace)).toBe(textOf(await model.wipe(target, "me")));
          await run((at) => at >= taken);
        }
        expect(await readBack(log, reads)).toEqual(await readBack(model, reads));
      } finally {
        await Promise.all([log.close(), other.close()]);
      }
      outdated += steps.outcomes.filter((outcome) => outcome === "outdated").length;
    }),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
  expect(outdated).toBeGreaterThan(10);
}, 300_000);

test("what becomes the latest in the midst of a wipe, and is wiped itself, is not taken for what is left", async () => {
  for (let appendAt = 0; appendAt < 6; appendAt++) {
    for (let wipeAt = appendAt; wipeAt < 7; wipeAt++) {
      const url = `file:${join(temporaryFolder(), "runless.db")}`;
      const steps = new Steps();
      const log = createLibsqlEventLog(steps.databaseOf(await openFileAccess({ url })), () => noon, options);
      const other = createLibsqlEventLog(createLogDatabase(await openFileAccess({ url })), () => noon, options);
      const at = (partition: string, timestamp: number) => materialization("a", { partition, timestamp });
      await record(log, at("p", 5), at("q", 1), at("q", 2));
      steps.begin(async (step) => {
        if (step === appendAt) await record(other, at("q", 9));
        if (step === wipeAt) await other.wipe({ eventId: 4 }, null);
      });
      await log.wipe({ assetKey: ["a"], partition: "p" }, null);
      if (steps.end() > wipeAt) {
        expect(await log.asset(["a"])).toMatchObject({
          latestMaterialization: { id: 3 },
          counts: { materializations: 2 },
        });
      }
      await Promise.all([log.close(), other.close()]);
    }
  }
});

test("the trace of a wipe that comes in the midst of its asset's wipe stays", async () => {
  for (const wipeAt of [0, 1, 2]) {
    const url = `file:${join(temporaryFolder(), "runless.db")}`;
    const steps = new Steps();
    const log = createLibsqlEventLog(steps.databaseOf(await openFileAccess({ url })), () => noon, options);
    const other = createLibsqlEventLog(createLogDatabase(await openFileAccess({ url })), () => noon, options);
    await record(log, materialization("a"), materialization("a"));
    steps.begin(async (step) => {
      if (step === wipeAt) await other.wipe({ eventId: 1 }, null);
    });
    await log.wipe({ assetKey: ["a"] }, null);
    expect(steps.end()).toBe(3);
    expect(await readIds(log, { assetKey: ["a"] })).toEqual([3, 4]);
    await Promise.all([log.close(), other.close()]);
  }
});

test.each(["partition", "asset"] as const)(
  "the transaction that wipes %p leaves it to the next to look at many thousand new events",
  async (what) => {
    const url = `file:${join(temporaryFolder(), "runless.db")}`;
    const steps = new Steps();
    const log = createLibsqlEventLog(steps.databaseOf(await openFileAccess({ url })), () => noon, options);
    const event = (i: number) => materialization("a", { partition: i % 2 ? "p" : "q" });
    await record(log, ...[0, 1, 2, 3].map(event));
    await log.wipe({ eventId: 4 }, null);
    const many = Array.from({ length: what === "asset" ? 20_001 : 1_001 }, (_, i) => event(i));
    steps.begin(async () => {
      if (steps.outcomes.length === 1 && steps.isWriting) await record(log, ...many);
    });
    const { id = 0 } =
      (await log.wipe({ assetKey: ["a"], ...(what === "asset" ? {} : { partition: "p" }) }, null)) ?? {};
    steps.end();
    expect(steps.outcomes).toEqual(["done", "behind", "done"]);
    expect(await readIds(log, { type: "ASSET_WIPED" })).toEqual([5, id]);
    const ofQ = 2 + many.filter((_, i) => i % 2 === 0).length;
    expect((await log.asset(["a"]))?.counts.materializations).toBe(what === "asset" ? undefined : ofQ);
    await log.close();
  },
  60_000,
);

/** Counts the reads and transactions of a wipe, and tells of each before it happens. */
class Steps {
  /** What each transaction of a wipe came to. */
  readonly outcomes: ("outdated" | "behind" | "done")[] = [];
  #onStep: ((step: number) => Promise<void>) | undefined;
  #taken = 0;
  isWriting = false;

  begin(onStep: (step: number) => Promise<void>): void {
    this.#onStep = onStep;
    this.#taken = 0;
  }

  end(): number {
    this.#onStep = undefined;
    return this.#taken;
  }

  databaseOf(access: DatabaseAccess): LogDatabase {
    const database = createLogDatabase(access);
    const { planWipe, continuePlan } = createLogDatabase({
      ...access,
      read: (work) => this.#step(() => access.read(work)),
    });
    const wipe: LogDatabase["wipe"] = async (...args) => {
      const wiped = await this.#step(() => database.wipe(...args), true);
      this.outcomes.push(wiped === "outdated" || wiped === "behind" ? wiped : "done");
      return wiped;
    };
    return { ...database, planWipe, continuePlan, wipe };
  }

  async #step<Result>(work: () => Promise<Result>, isWriting = false): Promise<Result> {
    this.isWriting = isWriting;
    await this.#onStep?.(this.#taken++);
    return work();
  }
}

async function expectSame(
  operation: Operation,
  log: EventLog & Maintenance,
  model: EventLog & Maintenance,
): Promise<void> {
  if ("append" in operation) {
    expect(await log.append(operation.append)).toEqual(await model.append(operation.append));
  } else if ("wipe" in operation) {
    expect(textOf(await log.wipe(operation.wipe, null))).toBe(textOf(await model.wipe(operation.wipe, null)));
  } else {
    expect(await log.prune(operation.prune)).toBe(await model.prune(operation.prune));
  }
}

async function isAbsent(model: EventLog, target: WipeTarget): Promise<boolean> {
  return !(await readAll(model)).some((event) => isTarget(target, event));
}
