import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { formatDecision } from "../../../../adapters/api/wait-question.ts";
import { checkEvaluation, materialization, type RecordedEvent } from "../../../../core/index.ts";
import { decideWait, type LatestEvaluation, type WaitFacts, type WaitQuestion } from "../../../../core/waiting/wait.ts";
import { createMemoryEventLog, openEventLog, waitReadsOf } from "../../../../storage/index.ts";
import { temporaryFolder } from "../../../server.ts";
import { nativeApp, noon } from "../native.ts";

const hour = 3_600_000;
const counted = ({ timestamp, receivedAt }: RecordedEvent) => Math.min(timestamp, receivedAt);
/** By when it counted, then by id. */
const newest = <Event extends RecordedEvent>(events: readonly Event[]): Event | undefined =>
  events.toSorted((a, b) => counted(b) - counted(a) || b.id - a.id)[0];

/** What is known of an asset, from all its events. */
function factsOf(events: readonly RecordedEvent[], key: string, partition: string | undefined): WaitFacts {
  const own = events.filter(({ assetKey }) => assetKey.join("/") === key);
  const isOfIt = (event: RecordedEvent) => partition === undefined || event.partition === partition;
  const found = newest(own.filter((event) => event.type === "ASSET_MATERIALIZATION" && isOfIt(event)));
  const checks = own.filter((event) => event.type === "ASSET_CHECK_EVALUATION");
  const groups = Map.groupBy(checks, (event) => JSON.stringify([event.checkName, event.partition]));
  const evaluations = [...groups.values()].flatMap((group): LatestEvaluation | [] => newest(group) ?? []);
  return {
    assetKey: key.split("/"),
    materialization: found === undefined ? null : { id: found.id, at: counted(found), partition: found.partition },
    evaluations: evaluations.toSorted((one, other) => (one.checkName < other.checkName ? -1 : 1)),
    definedChecks: null,
    freshness: null,
  };
}

const keys = ["a", "a/b", "b"] as const;
const partitions = [null, "p", "q"] as const;
const time = fc.integer({ min: -4, max: 6 }).map((hours) => noon + hours * hour);
const event = fc
  .record({
    key: fc.constantFrom(...keys),
    partition: fc.constantFrom(...partitions),
    timestamp: fc.option(time),
    check: fc.option(
      fc.record({
        checkName: fc.constantFrom("c", "d"),
        passed: fc.boolean(),
        severity: fc.constantFrom("WARN", "ERROR"),
      } as const),
    ),
  })
  .map(({ key, partition, timestamp, check }) => {
    const options = { partition, timestamp };
    return check === null ? materialization(key, options) : checkEvaluation(key, { ...check, ...options });
  });
const question = fc.record(
  {
    keys: fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 2 }),
    partition: fc.constantFrom(undefined, "p", "q"),
    since: time.map((at) => at - 4 * hour),
    within: fc.integer({ min: 2, max: 18 }).map((hours) => hours * hour),
    checks: fc.constantFrom(undefined, undefined, undefined, "all" as const, ["c"], ["c", "d"], ["e"]),
    strict: fc.boolean(),
    failFast: fc.boolean(),
  },
  { requiredKeys: ["keys"] },
);

function parametersOf(asked: Omit<WaitQuestion, "keys">, ofKeys: readonly string[]): URLSearchParams {
  const { partition, since, within, checks, strict, failFast } = asked;
  const query = new URLSearchParams(ofKeys.map((key): [string, string] => ["asset_key", key]));
  if (partition !== undefined) query.set("partition", partition);
  if (since !== undefined) query.set("since", new Date(since).toISOString());
  if (within !== undefined) query.set("within", `${within / hour}h`);
  if (checks === "all") query.set("checks", "true");
  else for (const name of checks ?? []) query.append("check", name);
  if (strict !== undefined) query.set("strict", String(strict));
  if (failFast !== undefined) query.set("fail_fast", String(failFast));
  query.set("wait", "0s");
  return query;
}

test.each([
  ["in memory", async (now: () => number) => createMemoryEventLog({ now }), 150],
  ["on a file", (now: () => number) => openEventLog({ url: `file:${join(temporaryFolder(), "log.db")}`, now }), 40],
] as const)(
  "the API of a log %s decides as the rules do over all its events",
  async (_, open, numRuns) => {
    let [unmet, met] = [0, 0];
    const steps = fc.array(fc.record({ passes: fc.nat(2), events: fc.array(event, { maxLength: 5 }) }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.array(question, { minLength: 20, maxLength: 30 }), async (steps, questions) => {
        let now = noon;
        const log = await open(() => now);
        const { ask } = nativeApp({ log, now: () => now });
        for (const { passes, events } of steps) {
          now += passes * hour;
          await log.append([events.map((event) => ({ event }))]);
        }
        const { events } = await log.query({}, { order: "asc", limit: 1000 });
        const answers = await Promise.all(
          questions.map(({ keys: ofKeys, ...one }) => ask(`wait?${parametersOf(one, ofKeys)}`)),
        );
        for (const [i, { keys: ofKeys, ...asked }] of questions.entries()) {
          const { status, body } = answers[i] ?? {};
          const isBounded = [asked.partition, asked.since, asked.within].some((given) => given !== undefined);
          if (!isBounded) {
            expect(status).toBe(400);
            continue;
          }
          const facts = ofKeys.map((key) => factsOf(events, key, asked.partition));
          const decision = decideWait({ ...asked, keys: facts.map(({ assetKey }) => assetKey) }, facts, now);
          expect([status, body]).toEqual([decision.satisfied ? 200 : 408, formatDecision(decision)]);
          if (decision.satisfied) met++;
          else unmet++;
        }
        await log.close();
      }),
      { numRuns },
    );
    expect(Math.min(met, unmet)).toBeGreaterThan(20);
  },
  120_000,
);

test("a thousand waits cost one look each, and after a commit only those about its asset", async () => {
  const asked: string[] = [];
  const memory = createMemoryEventLog({ now: Date.now });
  const reads = waitReadsOf(memory);
  const log = {
    ...memory,
    waitFacts: (asks: Parameters<typeof reads.waitFacts>[0]) => {
      asked.push(...asks.map(({ assetKey }) => assetKey.join("/")));
      return reads.waitFacts(asks);
    },
    changesAfter: (after: number) => reads.changesAfter(after),
  };
  const { ask } = nativeApp({ log: Object.assign(Object.create(memory), log), config: { limits: { streams: 3000 } } });
  const wait = (key: string, block = "30s") => ask(`wait?asset_key=${key}&partition=p&wait=${block}`);
  const many = Array.from({ length: 500 }, () => wait("same"));
  const others = Array.from({ length: 500 }, (_, i) => wait(`other${i}`, "3s"));
  await wait("same", "0s");
  await wait("other499", "0s");
  expect(asked.length).toBeLessThan(510);
  const before = asked.length;
  await memory.append([[{ event: materialization("same", { partition: "p" }) }]]);
  expect((await Promise.all(many)).map(({ status }) => status)).toEqual(Array(500).fill(200));
  expect(new Set(asked.slice(before))).toEqual(new Set(["same"]));
  expect(asked.length - before).toBeLessThan(5);
  expect((await Promise.all(others)).map(({ status }) => status)).toEqual(Array(500).fill(408));
  expect(new Set(asked.slice(before))).toEqual(new Set(["same"]));
});
