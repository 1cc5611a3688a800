import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ScopedEventLog } from "../../../../adapters/http/access/scoped-event-log.ts";
import { HttpError } from "../../../../adapters/http/http-error.ts";
import { servedLog } from "../../../../adapters/http/served-log.ts";
import {
  type AssetKey,
  checkEvaluation,
  hasPrefix,
  materialization,
  type RunlessEvent,
} from "../../../../core/index.ts";
import type { EventFilter } from "../../../../storage/index.ts";
import { memory } from "../native.ts";

const part = fc.constantFrom("a", "b", "ab", "");
const key: fc.Arbitrary<AssetKey> = fc
  .array(part, { minLength: 1, maxLength: 3 })
  .filter((parts) => parts.some((one) => one !== ""));
const partition = fc.option(fc.constantFrom("p", "q"));
const event: fc.Arbitrary<RunlessEvent> = fc
  .tuple(key, partition, fc.boolean())
  .map(([key, partition, isCheck]) =>
    isCheck ? checkEvaluation(key, { checkName: "c", passed: true, partition }) : materialization(key, { partition }),
  );
const events = fc.array(event, { maxLength: 12 });
const caller = key.map((prefix) => ({ name: "t", scopes: ["admin"] as const, prefix }));
const stays = async () => {};

/** What a call answers, or the status of its refusal. */
async function outcome<Result>(call: Promise<Result>): Promise<Result | { readonly status: number }> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof HttpError) return { status: error.status };
    throw error;
  }
}

async function logOf(all: readonly RunlessEvent[]) {
  const log = servedLog(memory());
  await log.append(all.map((one) => [{ event: one }]));
  return log;
}

describe("the log as a caller with a prefix sees it", () => {
  const all = { order: "asc", limit: 100 } as const;

  test("lists what the whole log lists, less what lies outside; what is named outside is a 403", async () => {
    const filter: fc.Arbitrary<EventFilter> = fc.record(
      { assetKey: key, prefix: key, partition: fc.constantFrom("p", "q") },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(events, caller, filter, async (recorded, caller, filter) => {
        const log = await logOf(recorded);
        const view = new ScopedEventLog(log, caller, stays);
        const named = [filter.assetKey, filter.prefix].filter((one) => one !== undefined);
        const isOutside = (one: AssetKey) => !hasPrefix(one, caller.prefix);
        // A prefix above the caller's own asks for it all, and gets what is in reach.
        const isRefused = named.some(
          (one) => isOutside(one) && (one === filter.assetKey || !hasPrefix(caller.prefix, one)),
        );

        const page = await outcome(view.query(filter, all));
        const assets = await outcome(view.assets({ prefix: filter.prefix }, { limit: 100 }));
        if (isRefused) expect(page).toEqual({ status: 403 });
        else {
          const whole = (await log.query(filter, all)).events.filter(({ assetKey }) => !isOutside(assetKey));
          expect(page).toMatchObject({ events: whole, hasMore: false });
        }
        if (filter.prefix !== undefined && isOutside(filter.prefix) && !hasPrefix(caller.prefix, filter.prefix)) {
          expect(assets).toEqual({ status: 403 });
        } else {
          const whole = await log.assets({ prefix: filter.prefix }, { limit: 100 });
          expect(assets).toMatchObject({ assets: whole.assets.filter(({ assetKey }) => !isOutside(assetKey)) });
        }
      }),
      { numRuns: 300 },
    );
  });

  test("reads, wipes and appends within the prefix as the whole log does, and nothing outside it", async () => {
    await fc.assert(
      fc.asyncProperty(events, caller, key, fc.nat(14), async (recorded, caller, key, id) => {
        const [log, twin] = [await logOf(recorded), await logOf(recorded)];
        const view = new ScopedEventLog(log, caller, stays);
        const isInside = hasPrefix(key, caller.prefix);
        const page = { limit: 100 };
        const refused = { status: 403 };
        expect(await outcome(view.asset(key))).toEqual(isInside ? await twin.asset(key) : refused);
        expect(await outcome(view.partitions(key, page))).toEqual(
          isInside ? await twin.partitions(key, page) : refused,
        );
        expect(await outcome(view.checks(key, page))).toEqual(isInside ? await twin.checks(key, page) : refused);
        expect(await outcome(view.partitionMarks(key, page))).toEqual(
          isInside ? await twin.partitionMarks(key, page) : refused,
        );
        const keys = [caller.prefix, key];
        expect(await outcome(view.marksOf(keys))).toEqual(isInside ? await twin.marksOf(keys) : refused);
        const inside = await twin.assetStates({ prefix: caller.prefix }, page);
        expect((await view.assetStates({}, page)).assets).toEqual(inside.assets);
        expect(await outcome(view.recent(keys, 5))).toEqual(isInside ? await twin.recent(keys, 5) : refused);
        const request = { slots: 5 };
        expect(await outcome(view.timeline(key, request))).toEqual(
          isInside ? await twin.timeline(key, request) : refused,
        );
        expect(await outcome(view.failingChecks(keys, 5))).toEqual(
          isInside ? await twin.failingChecks(keys, 5) : refused,
        );
        const names = keys.map((assetKey) => ({ assetKey, checkName: "c" }));
        expect(await outcome(view.checkHistories(names, 5))).toEqual(
          isInside ? await twin.checkHistories(names, 5) : refused,
        );
        const found = await twin.get(id);
        const isSeen = found !== undefined && hasPrefix(found.assetKey, caller.prefix);
        expect(await view.get(id)).toEqual(isSeen ? found : undefined);
        expect(await view.reportedEvent(id)).toEqual(isSeen ? { event: found, reporter: undefined } : undefined);

        const unit = [{ event: materialization(caller.prefix) }, { event: materialization(key) }];
        expect(await outcome(view.append([unit]))).toEqual(isInside ? await twin.append([unit]) : refused);
        const goesToo = hasPrefix((await twin.get(id))?.assetKey ?? [], caller.prefix);
        const trace = goesToo ? await twin.wipe({ eventId: id }, "t") : undefined;
        expect(await view.wipe({ eventId: id }, "t")).toEqual(trace);
        const target = { assetKey: key };
        expect(await outcome(view.wipe(target, "t"))).toEqual(isInside ? await twin.wipe(target, "t") : refused);
        expect((await log.query({}, all)).events).toEqual((await twin.query({}, all)).events);
      }),
      { numRuns: 300 },
    );
  });
});

test("every call but the first asks whether the caller is still let in", async () => {
  let isLetIn = true;
  const recheck = async () => {
    if (!isLetIn) throw new HttpError(401, "No more.");
  };
  const view = new ScopedEventLog(servedLog(memory()), { name: "t", scopes: ["admin"], prefix: null }, recheck);
  await view.query({}, { order: "asc", limit: 1 });
  await view.append([[{ event: materialization("a") }]]);
  isLetIn = false;
  const calls = [
    () => view.append([[{ event: materialization("a") }]]),
    () => view.get(1),
    () => view.reportedEvent(1),
    () => view.query({}, { order: "asc", limit: 1 }),
    () => view.asset(["a"]),
    () => view.assets({}, { limit: 1 }),
    () => view.partitions(["a"], { limit: 1 }),
    () => view.checks(["a"], { limit: 1 }),
    () => view.marksOf([["a"]]),
    () => view.assetStates({}, { limit: 1 }),
    () => view.recent([["a"]], 1),
    () => view.partitionMarks(["a"], { limit: 1 }),
    () => view.timeline(["a"], { slots: 1 }),
    () => view.failingChecks([["a"]], 1),
    () => view.checkHistories([{ assetKey: ["a"], checkName: "c" }], 1),
    () => view.wipe({ assetKey: ["a"] }, null),
  ];
  for (const call of calls) expect(await outcome<unknown>(call())).toEqual({ status: 401 });
});
