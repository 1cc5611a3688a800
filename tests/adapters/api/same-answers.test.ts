import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import type { RunlessApi } from "../../../adapters/api/runless-api.ts";
import { createSender } from "../../../adapters/client/http-sender.ts";
import { createHttpSource } from "../../../adapters/client/http-source.ts";
import { RunlessClient } from "../../../adapters/client.ts";
import { resolveConfig } from "../../../adapters/config/config.ts";
import { RunlessInstance } from "../../../adapters/index.ts";
import { createApp } from "../../../adapters/server/http.ts";
import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { type EventLog, openStores, type Stores } from "../../../storage/index.ts";
import { defined } from "../../../storage/testing/definition-store/harness.ts";
import { temporaryFolder } from "../../server.ts";
import { freshnessOf, standInWatchStore } from "../http/watching/stand-in-watch-store.ts";

// One log, asked in this process and through its API: whatever the arguments are, the answers are the same.

const keys = ["a", "a/b", "b", "\u{1f600}/c", "a\u0000"];
const partitions = ["p", "q", "", "null", "\u0000"];
const times = [-1, 0, 1, 1500, 2000, 8.64e15, Number.NaN, 0.5];
const ids = [0, 1, 5, 20, 40, Number.MAX_SAFE_INTEGER, -1, 1.5];

async function fill(log: EventLog): Promise<void> {
  const events = keys.flatMap((key, k) =>
    [...partitions, null].flatMap((partition, p) => {
      const timestamp = (k * 7 + p * 3) * 100;
      return [
        materialization(key, { partition, timestamp }),
        observation(key, { partition, timestamp: timestamp + 1 }),
        checkEvaluation(key, { checkName: `c${p % 2}`, passed: (k + p) % 3 > 0, partition, timestamp }),
      ];
    }),
  );
  await log.append(events.map((event) => [{ event }]));
}

const watching = standInWatchStore({
  assets: [
    freshnessOf("a", { state: "WARN" }),
    freshnessOf("a/b", { state: "FAIL", lastAt: null, nextAt: null, partitions: { PASS: 2, FAIL: 1 } }),
  ],
});

function appOver({ log, definitions }: Stores) {
  const app = createApp({ log, definitions, watching, config: resolveConfig([], {}) });
  return (url: string, init: RequestInit) => app.fetch(new Request(url, init));
}

/** Left out, undefined, null, or one of these. */
const maybe = (name: string, values: readonly unknown[]) =>
  fc.oneof(
    fc.constant({}),
    fc.constantFrom({ [name]: undefined }, { [name]: null }),
    fc.constantFrom(...values).map((value) => ({ [name]: value })),
  );
const options = (...all: fc.Arbitrary<object>[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.tuple(...all).map((parts) => Object.assign({}, ...parts)) },
    fc.constantFrom(undefined, null),
  );

const key = fc.constantFrom<unknown>(...keys, ["a", "b"], ["a/b"], "never", "", [], ["\ud800"]);
const someKeys = fc.oneof({ weight: 9, arbitrary: fc.array(key, { maxLength: 3 }) }, fc.constantFrom(undefined, null));
const filter = fc
  .tuple(
    key,
    ...[maybe("partition", [...partitions, "\ud800"]), maybe("checkName", ["c0", "c1", ""])],
    ...[maybe("since", times), maybe("until", times), maybe("after", ids), maybe("before", ids)],
  )
  .map(([assetKey, ...rest]) => Object.assign({ assetKey }, ...rest));
const fetching = options(
  ...[maybe("limit", [1, 2, 7, 1000, Number.POSITIVE_INFINITY, 0, 1.5]), maybe("ascending", [true, false])],
  maybe("cursor", ["", "x"]),
);
const between = options(maybe("after", ids), maybe("before", ids));
const listing = options(
  maybe("prefix", ["a", ["a"], "\u{1f600}", "never", ""]),
  maybe("limit", [1, 3, 0]),
  maybe("cursor", ["x"]),
);

const asking = fc
  .tuple(
    ...[
      maybe("partition", [...partitions, "\ud800"]),
      maybe("since", times),
      maybe("within", [1, 1500, 3.6e6, 9e14, 0]),
    ],
    ...[maybe("checks", ["all", ["c0"], ["c0", "c1"], ["never"], []]), maybe("strict", [true, false])],
    ...[maybe("failFast", [true]), maybe("fresh", [false, true])],
  )
  .map((parts) => Object.assign({}, ...parts));

type Call = readonly [keyof RunlessApi, readonly unknown[]];
const of = (name: keyof RunlessApi, ...values: fc.Arbitrary<unknown>[]) =>
  fc.tuple(...values).map((given): Call => [name, given]);

const fetches = ["fetchMaterializations", "fetchObservations", "fetchAssetCheckEvaluations"] as const;
const call = fc.oneof(
  ...fetches.map((name) => of(name, fc.oneof(key, filter), fetching)),
  of("getMaterializedPartitions", key, between),
  of("getStatusByPartition", key, fc.subarray([...partitions, "never"]), options()),
  of("getAssetKeys", listing),
  of("getAssetRecords", someKeys, options()),
  of("hasAssetKey", key, options()),
  of("getLatestMaterializationEvent", key, options()),
  of("getLatestMaterializationEvents", fc.array(key, { maxLength: 3 }), options()),
  of("waitFor", fc.array(key, { maxLength: 3 }), asking, fc.constant({ timeout: 0 })),
);

/** What came of a call: its answer, or that it was refused, and by an error of which kind where that is a mistake. */
async function outcome(api: RunlessApi, [name, given]: Call): Promise<unknown> {
  try {
    const method = api[name] as (...given: readonly unknown[]) => Promise<unknown>; // whatever it takes
    return { answer: plain(await method.apply(api, [...given])) };
  } catch (error) {
    const isMistake = error instanceof TypeError || error instanceof RangeError;
    return { refused: isMistake ? error.name : "refused" };
  }
}

/** Without what a store keeps unread until somebody looks. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return { map: Array.from(value, plain) };
  if (value instanceof Set) return { set: Array.from(value, plain) };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

describe.each([
  ["memory", () => openStores({ url: ":memory:" })],
  ["a file", () => openStores({ url: `file:${join(temporaryFolder(), "log.db")}` })],
] as const)("a log in %s", async (_, open) => {
  const stores = await open();
  const { log, definitions } = stores;
  await fill(log);
  const policy = { type: "time_window", fail_window: "1d" };
  await definitions.replace(
    "team-a",
    defined({ key: "a", tags: { tier: "gold" }, freshness: policy }, { key: "never" }, { prefix: "a", group: "g" }),
  );
  const ask = appOver(stores);
  const [instance, client] = [
    new RunlessInstance(log, definitions, watching),
    new RunlessClient({ url: "http://localhost", fetch: ask }),
  ];
  afterAll(() => log.close());

  test("is read by both to the same end, whatever the arguments", async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(call, async (given) => {
        const [here, there] = [await outcome(instance, given), await outcome(client, given)];
        expect(there).toEqual(here as never);
        if (typeof here === "object" && here !== null && "answer" in here) answered++;
      }),
      { numRuns: 600 },
    );
    expect(answered).toBeGreaterThan(150);
  }, 60_000);

  test("lists the same assets to both, whatever they are narrowed and ordered by", async () => {
    const send = createSender({
      ...{ url: "http://localhost", headers: {}, fetch: ask, retries: 0, timeout: 30_000 },
      ...{ wait: () => new Promise<void>(() => {}), random: Math.random },
    });
    const source = createHttpSource(send, {
      retries: 0,
      sleep: () => new Promise<void>(() => {}),
      random: Math.random,
    });
    const assetFilter = fc.record(
      {
        prefix: fc.constantFrom(["a"], ["b"], ["never"]),
        search: fc.constantFrom("a", "C", ""),
        failing: fc.boolean(),
        quietSince: fc.constantFrom(-1, 0, 1000, 2500, 3000, 9e12),
        type: fc.constantFrom("ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION"),
      } as const,
      { requiredKeys: [] },
    );
    const order = fc.constantFrom(undefined, "key", "latest", "state", "reports");
    await fc.assert(
      fc.asyncProperty(assetFilter, order, fc.integer({ min: 1, max: 4 }), async (filter, order, limit) => {
        for (let cursor: string | undefined; ; ) {
          const page = { limit, cursor, ...(order && { order }) };
          const [here, there] = [await log.assets(filter, page), await source.assets(filter, page, undefined)];
          const assets = here.assets.map(async ({ assetKey, ...record }) => {
            const [definition, [freshness]] = [
              (await definitions.definitionFor(assetKey)) ?? null,
              await watching.freshnessOf([assetKey]),
            ];
            const { assetKey: _, definedAt, ...state } = freshness ?? {};
            const policy = definition?.definition.freshness ?? null;
            const known = freshness === undefined ? null : { ...state, policy };
            return { assetKey, ...record, definition, freshness: known };
          });
          expect(plain(there)).toEqual(plain({ ...here, assets: await Promise.all(assets) }));
          if (!here.hasMore || here.cursor === null) return;
          cursor = here.cursor;
        }
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
