import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { checkEvaluation, materialization, observation, type RunlessEvent } from "../../../core/index.ts";
import { openStores, type Stores } from "../../../storage/index.ts";
import { alertsOf, changesOf, define, Follower, report } from "../../../storage/testing/watch-store/follower.ts";
import { alertChangesOf } from "../../contracts/sending.ts";
import { temporaryFolder } from "../../server.ts";

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 10, 23, 12);

const key = fc.constantFrom("a", "a/b", "c");
const partition = fc.constantFrom(undefined, "eu", "us", "2026-11-22", "2026-11-23");
const policy = fc.constantFrom(
  { type: "time_window", fail_window: "2h", warn_window: "1h" },
  { type: "time_window", fail_window: "5h", counts: ["materialization", "observation"] },
  { type: "cron", deadline_cron: "0 */3 * * *", lower_bound_delta: "2h", grace: "30m" },
  { type: "cron", deadline_cron: "0 6 * * *", lower_bound_delta: "6h", lookback: 2, early: "2h" },
);
const partitions = fc.constantFrom(
  undefined,
  undefined,
  { type: "static", keys: ["eu", "us"] },
  { type: "daily", start: "2026-11-20" },
);
const definition = fc.record({
  name: fc.constantFrom("key", "key", "prefix"),
  key,
  freshness: fc.option(policy, { nil: undefined }),
  partitions,
});

type Step =
  | { readonly do: "report"; readonly events: readonly RunlessEvent[] }
  | { readonly do: "define"; readonly assets: readonly { readonly name: string; readonly key: string }[] }
  | { readonly do: "wipe"; readonly key: string; readonly partition: string | undefined }
  | { readonly do: "wipe one"; readonly at: number }
  | { readonly do: "pass"; readonly time: number }
  | { readonly do: "close"; readonly alert: number }
  | { readonly do: "take over" };

const event = fc
  .record({
    key,
    partition,
    late: fc.constantFrom(0, 0, 0, hour, 30 * hour, -hour),
    kind: fc.nat(3),
    passed: fc.boolean(),
    severity: fc.constantFrom("WARN" as const, "ERROR" as const),
  })
  .map(({ key, partition, late, kind, passed, severity }): ((now: number) => RunlessEvent) => {
    const options = (now: number) => ({ partition: partition ?? null, timestamp: now - late });
    if (kind === 0) return (now) => observation(key, options(now));
    if (kind === 1) return (now) => checkEvaluation(key, { ...options(now), checkName: "c", passed, severity });
    return (now) => materialization(key, options(now));
  });

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(event, { minLength: 1, maxLength: 4 }).map((events) => ({ do: "report" as const, events })),
  },
  {
    weight: 3,
    arbitrary: fc
      .uniqueArray(definition, { selector: ({ name, key }) => `${name} ${key}`, maxLength: 4 })
      .map((assets) => ({ do: "define" as const, assets })),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wipe" as const), key, partition }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wipe one" as const), at: fc.nat(20) }) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(minute, 30 * minute, hour, 3 * hour, 24 * hour)
      .map((time) => ({ do: "pass" as const, time })),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }).map((alert) => ({ do: "close" as const, alert })) },
  { weight: 1, arbitrary: fc.constant({ do: "take over" as const }) },
);

interface Watching {
  readonly stores: Stores;
  follower: Follower;
}

async function apply(one: Watching, step: Step, clock: { now: number }): Promise<void> {
  const { stores } = one;
  if (step.do === "report") await report(stores, ...step.events);
  else if (step.do === "define")
    await define(stores, ...step.assets.map(({ name, key, ...rest }) => ({ [name]: key, ...rest })));
  else if (step.do === "wipe")
    await stores.log.wipe({ assetKey: step.key.split("/"), partition: step.partition }, null);
  else if (step.do === "wipe one") {
    const { events } = await stores.log.query({}, { limit: 30, order: "asc" });
    const reported = events.filter(({ type }) => type.startsWith("ASSET_") && type !== "ASSET_WIPED");
    const found = reported[step.at % Math.max(1, reported.length)];
    if (found !== undefined) await stores.log.wipe({ eventId: found.id }, null);
  } else if (step.do === "close") {
    const { alerts } = await stores.watching.alerts({}, { limit: 1000 });
    const found = alerts.at(-step.alert);
    if (found !== undefined) await stores.watching.closeAlert(found.id);
  } else if (step.do === "take over") {
    one.follower = new Follower(stores, clock);
    await one.follower.take("other");
  }
  await one.follower.follow();
}

test("whatever is reported, defined and wiped, a file decides what memory does, and each change goes on from the last", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      const clock = { now: start };
      const now = () => clock.now;
      const urls = [":memory:", `file:${join(temporaryFolder(), "runless.db")}`];
      const all: Watching[] = [];
      for (const url of urls) {
        const stores = await openStores({ url, now });
        const follower = new Follower(stores, clock);
        await follower.take();
        all.push({ stores, follower });
      }
      try {
        for (const one of steps) {
          const done: Step =
            one.do === "report" ? { ...one, events: one.events.map((event) => event(clock.now)) } : one;
          if (done.do === "pass") clock.now += done.time;
          for (const watching of all) await apply(watching, done, clock);
          const seen = await Promise.all(all.map(({ stores }) => stateOf(stores)));
          expect(seen[1]).toEqual(seen[0] as never);
          for (const { stores } of all) await assertEventsAreThere(stores);
        }
        for (const { stores } of all) await assertChained(stores);
        for (const { stores } of all) await assertTold(stores);
      } finally {
        for (const { stores } of all) await stores.log.close();
      }
    }),
    { numRuns: 30 },
  );
}, 240_000);

async function stateOf({ watching, log, ...stores }: Stores) {
  const { subjects } = await watching.subjects({}, { limit: 1000 });
  const keys = ["a", "a/b", "c"].map((key) => key.split("/"));
  return {
    subjects,
    assets: await watching.freshnessOf(keys),
    counts: await watching.counts(),
    alerts: await alertsOf({ watching, log, ...stores }),
    changes: await changesOf({ watching, log, ...stores }),
    // Ids of alerts may have gaps.
    told: (await toldByAlert({ watching, log, ...stores })).map(({ alert: { id: _, ...alert }, ...change }) => ({
      ...change,
      alert,
    })),
  };
}

/** What each alert became, in order. Those of several alerts have no order within one step. */
async function toldByAlert(stores: Stores) {
  const changes = await alertChangesOf(stores);
  return changes.map(({ id: _, ...change }) => change).sort((a, b) => a.alert.id - b.alert.id);
}

/** Each alert opened once, then got worse or ended once, and what it became last is what it is. */
async function assertTold(stores: Stores): Promise<void> {
  const { alerts } = await stores.watching.alerts({}, { limit: 1000 });
  const changes = await toldByAlert(stores);
  expect(new Set(changes.map(({ alert }) => alert.id))).toEqual(new Set(alerts.map(({ id }) => id)));
  for (const { id, status } of alerts) {
    const of = changes.filter(({ alert }) => alert.id === id);
    expect(of.map(({ to }) => to).indexOf("resolved")).toBe(status === "resolved" ? of.length - 1 : -1);
    for (const { alert } of of.slice(1)) expect(alert.severity === "ERROR" || alert.status === "resolved").toBe(true);
  }
}

/** Whatever was wiped, an alert of freshness that fires names the change to the state that its subject has. */
async function assertEventsAreThere({ log, watching }: Stores): Promise<void> {
  const { alerts } = await watching.alerts({ status: "firing", kind: "freshness" }, { limit: 1000 });
  for (const { eventId, partition, severity } of alerts) {
    const state = severity === "ERROR" ? "FAIL" : "WARN";
    expect(await log.get(eventId ?? 0)).toMatchObject({ partition, freshness: { state } });
  }
}

/** Each change begins with the state that the one before it left, unless a wipe of its asset took that along. */
async function assertChained({ log }: Stores): Promise<void> {
  const states = new Map<string, string>();
  const { events } = await log.query({}, { limit: 1000, order: "asc" });
  for (const event of events) {
    if (event.type === "ASSET_WIPED") {
      for (const name of states.keys())
        if (name.startsWith(JSON.stringify([event.assetKey]).slice(0, -1))) states.delete(name);
    }
    if (event.type !== "FRESHNESS_STATE_CHANGE") continue;
    const name = JSON.stringify([event.assetKey, event.partition]);
    const { previousState, state } = event.freshness;
    expect(previousState).not.toBe(state);
    const before = states.get(name);
    // UNKNOWN and PASS of a partition are not told apart by an event.
    if (before !== undefined && event.partition === null) expect(previousState).toBe(before as never);
    states.set(name, state);
  }
}
