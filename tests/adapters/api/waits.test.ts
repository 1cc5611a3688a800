import { expect, test } from "bun:test";
import type { WaitDefinitions } from "../../../adapters/api/wait-definitions.ts";
import { Waits } from "../../../adapters/api/waits.ts";
import { indexDefinitions, parseDefinitions } from "../../../core/definitions/index.ts";
import { checkEvaluation, materialization, observation, type RunlessEvent } from "../../../core/index.ts";
import type { WaitQuestion } from "../../../core/waiting/wait.ts";
import { createMemoryEventLog, waitReadsOf } from "../../../storage/index.ts";

const hour = 3_600_000;
const noon = Date.UTC(2026, 10, 30, 12);

/** Waits on a log in memory, with these definitions. */
function waitsOf(yaml: string) {
  const clock = { now: noon };
  const log = createMemoryEventLog({ now: () => clock.now });
  const index = indexDefinitions(parseDefinitions(yaml));
  const definitions: WaitDefinitions = {
    definitionsFor: async (keys) =>
      keys.map((key) => {
        const definition = index.definitionFor(key);
        return definition && { definition, definedAt: noon - 1000 * hour };
      }),
  };
  const watch = (listener: () => void) => log.watch(listener);
  const waits = new Waits({ reads: waitReadsOf(log), watch, definitions, now: () => clock.now });
  const look = async (question: Partial<WaitQuestion>) => {
    const decision = await waits.wait({ keys: [["a"]], ...question }, { timeout: 0 });
    return decision.satisfied ? [] : decision.waitingFor.map(({ what, state }) => `${what} ${state}`);
  };
  const report = (...events: readonly RunlessEvent[]) => log.append([events.map((event) => ({ event }))]);
  return { clock, log, waits, look, report };
}

test("fresh asks the policy at each look, as of now", async () => {
  const policy = "{ type: time_window, warn_window: 2h, fail_window: 24h, counts: [materialization, observation] }";
  const { clock, look, report, waits } = waitsOf(`assets: [{ key: a, freshness: ${policy} }, { key: b }]`);
  expect(await look({ fresh: true })).toEqual(["freshness missing"]);
  await report(materialization("a", { timestamp: noon - 3 * hour }));
  expect(await look({ fresh: true })).toEqual(["freshness stale"]);
  await report(observation("a", { timestamp: noon + 5 * hour }));
  expect(await look({ fresh: true })).toEqual([]);
  clock.now += 2 * hour; // it counted at noon
  expect(await look({ fresh: true })).toEqual(["freshness stale"]);
  const waiting = waits.wait({ keys: [["a"]], fresh: true }, { timeout: 60_000 });
  await report(materialization("a"));
  expect(await waiting).toEqual({ satisfied: true });
  for (const key of ["b", "c"]) {
    const refused = waits.wait({ keys: [["a"], [key]], fresh: true }, { timeout: 0 });
    expect(await refused.catch(String)).toBe(`InvalidWaitError: There is no freshness policy for ${key}.`);
  }
});

test("fresh counts only the events that the policy counts", async () => {
  const policy = "{ type: time_window, fail_window: 24h, counts: [observation] }";
  const { look, report } = waitsOf(`assets: [{ key: a, freshness: ${policy} }]`);
  await report(materialization("a"));
  expect(await look({ fresh: true })).not.toEqual([]);
  await report(observation("a"));
  expect(await look({ fresh: true })).toEqual([]);
});

test("fresh of a partitioned asset asks for all partitions that the policy watches", async () => {
  const { look, report } = waitsOf(`
assets:
  - key: a
    partitions: { type: daily, start: "2026-01-01" }
    freshness: { type: time_window, fail_window: 6h, lookback: 2 }
  - prefix: b
    partitions: { type: static, keys: [eu, us] }
    freshness: { type: time_window, fail_window: 24h }`);
  const day = (partition: string) => materialization("a", { partition });
  await report(day("2026-11-28"), day("2026-11-27"), day("2026-11-30"));
  expect(await look({ fresh: true })).toEqual(["freshness stale"]);
  await report(day("2026-11-29"));
  expect(await look({ fresh: true })).toEqual([]);
  await report(materialization("b/c", { partition: "eu" }));
  const both = { keys: [["a"], ["b", "c"]], fresh: true } as const;
  expect(await look(both)).toEqual(["freshness stale"]);
  await report(materialization("b/c", { partition: "us" }));
  expect(await look(both)).toEqual([]);
});

test("all checks are those that are defined, else those that were seen", async () => {
  const { look, report } = waitsOf("assets: [{ key: a, checks: [c, d] }, { key: b }]");
  await report(materialization("a"), materialization("b"));
  const check = (key: string, checkName: string) => checkEvaluation(key, { checkName, passed: true });
  await report(check("a", "c"), check("a", "other"), check("b", "other"));
  expect(await look({ since: 0, checks: "all" })).toEqual(["check:d missing"]);
  expect(await look({ keys: [["b"]], since: 0, checks: "all" })).toEqual([]);
  await report(check("a", "d"));
  expect(await look({ since: 0, checks: "all" })).toEqual([]);
});
