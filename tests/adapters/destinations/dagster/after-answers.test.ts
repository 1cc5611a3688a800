import { afterEach, describe, expect, test } from "bun:test";
import { checkEvaluation, materialization, observation, type RunlessEvent } from "../../../../core/index.ts";
import { openStores, type Stores } from "../../../../storage/index.ts";
import { report } from "../../../../storage/testing/watch-store/follower.ts";
import { type Clock, fileOf, Telling } from "../telling.ts";
import { type Fate, startDagster, taken } from "./dagster-server.ts";

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

interface Setting {
  readonly dagster: Awaited<ReturnType<typeof startDagster>>;
  readonly stores: Stores;
  readonly telling: Telling;
  readonly clock: Clock;
  readonly file: ReturnType<typeof fileOf>;
}

/** A Dagster that answers reports with these, one after the other, and then takes all; and a server that tells it. */
async function begin(fates: readonly Fate[] = [], options: object = {}): Promise<Setting> {
  const clock = { now: Date.UTC(2026, 10, 23), elapsed: 0 };
  const left = [...fates];
  const dagster = await startDagster(
    () => left.shift() ?? taken,
    () => clock.now,
  );
  started.push(dagster);
  const stores = await openStores({ url: ":memory:", now: () => clock.now });
  started.push({ stop: () => stores.log.close() });
  const file = fileOf({ name: "dagster", type: "dagster", url: dagster.url, ...options });
  const telling = new Telling(stores, clock, { file });
  await telling.run();
  return { dagster, stores, telling, clock, file };
}

async function tell({ stores, telling }: Setting, ...events: readonly RunlessEvent[]): Promise<void> {
  await report(stores, ...events);
  await telling.run();
}

const cut: Fate = { isKept: false, answer: "cut" };
const keptAndCut: Fate = { isKept: true, answer: "cut" };
const refuse = (answer: number, rest: Partial<Fate> = {}): Fate => ({ isKept: false, answer, ...rest });

test("each kind of event arrives by its endpoint, with what Dagster has no place for as metadata", async () => {
  const setting = await begin();
  await tell(
    setting,
    materialization("w/orders", {
      partition: "p",
      dataVersion: "v",
      description: "d",
      tags: { a: "b" },
      metadata: { rows: 3, "runless/event": "mine" },
    }),
    observation("w/orders", { metadata: { at: { type: "timestamp", rawValue: 5 } } }),
    checkEvaluation("w/orders", { checkName: "c", passed: false, severity: "WARN" }),
    checkEvaluation("w/orders", { checkName: "c", passed: true, description: "why", partition: "p" }),
  );
  const { dagster, stores } = setting;
  const id = await stores.log.id();
  const time = { "runless/timestamp": "2026-11-23T00:00:00.000Z" };
  expect(dagster.reports.map(({ path }) => path)).toEqual([
    "/report_asset_materialization/",
    "/report_asset_observation/",
    "/report_asset_check/",
    "/graphql",
  ]);
  expect(dagster.reports[0]?.headers["content-type"]).toBe("application/json");
  expect(dagster.reports[0]?.body).toEqual({
    ...{ asset_key: ["w", "orders"], partition: "p", data_version: "v", description: "d" },
    metadata: {
      rows: 3,
      "runless/original/runless/event": "mine",
      "runless/event": `${id}/1`,
      "runless/tags": { a: "b" },
      ...time,
    },
  });
  expect(dagster.reports[1]?.body.metadata).toEqual({
    at: 5,
    "runless/event": `${id}/2`,
    "runless/types": { at: "timestamp" },
    ...time,
  });
  expect(dagster.reports[2]?.body).toMatchObject({ check_name: "c", passed: false, severity: "WARN" });
  expect(dagster.reports[3]?.body.variables).toMatchObject({
    event: {
      assetKey: { path: ["w", "orders"] },
      checkName: "c",
      passed: true,
      description: "why",
      partitionKeys: ["p"],
    },
  });
  expect(new Set(await setting.telling.told())).toEqual(
    new Set([
      "asset.materialized: delivered, 1",
      "asset.observed: delivered, 1",
      "asset.check_evaluated: delivered, 1",
    ]),
  );
  expect(dagster.asked.filter((path) => path === "POST /graphql")).toHaveLength(1); // nothing was looked up
});

test("wipes, and what came from this log, are skipped and counted", async () => {
  const setting = await begin();
  const { stores, telling, dagster } = setting;
  await tell(
    setting,
    materialization("a"),
    materialization("a", { metadata: { "runless/event": `${await stores.log.id()}/1` } }),
  );
  await stores.log.wipe({ assetKey: ["a"] }, null);
  await telling.run();
  expect(dagster.kept).toHaveLength(1);
  expect(telling.outcomes.filter((one) => one.endsWith("skipped"))).toHaveLength(2);
});

test.each([400, 413, 414, 422])("%i parks the event, and the rest of its asset goes on", async (status) => {
  const setting = await begin([refuse(status)]);
  await tell(setting, materialization("a"), materialization("a"));
  expect(await setting.telling.told()).toEqual(["asset.materialized: parked, 1", "asset.materialized: delivered, 1"]);
  // An operator decides.
  await setting.telling.ask({ action: "redeliver", destination: "dagster", argument: 1 });
  expect(await setting.telling.told()).toEqual([
    "asset.materialized: delivered, 1",
    "asset.materialized: delivered, 1",
  ]);
  expect(setting.dagster.kept.map(({ mark }) => mark.split("/")[1])).toEqual(["2", "1"]);
});

test.each([
  [401, {}],
  [403, {}],
  [404, {}],
  [405, {}],
  [302, { headers: { location: "/sign-in" } }],
  [200, { body: "<!doctype html>" }],
] as const)(
  "%i %o blocks the destination, which is tried every minute, and nothing is parked",
  async (status, rest) => {
    const setting = await begin([refuse(status, rest), refuse(status, rest)]);
    const { telling, dagster } = setting;
    await tell(setting, materialization("a"), materialization("b"));
    expect(await telling.row("dagster")).toMatchObject({
      status: "blocked",
      reason: expect.stringContaining(String(status)),
    });
    await telling.pass(59_000);
    expect(dagster.reports).toHaveLength(1);
    await telling.pass(2_000);
    expect(dagster.reports).toHaveLength(2);
    await telling.pass(61_000);
    expect(await telling.row("dagster")).toMatchObject({ status: "active", reason: null });
    expect((await telling.told()).every((one) => one.startsWith("asset.materialized: delivered"))).toBe(true);
  },
);

test("while nothing answers it is tried for ever, 0.5 s apart, then twice as long, at most a minute; nothing is looked up", async () => {
  const setting = await begin();
  const { telling, dagster, file, clock } = setting;
  await tell(setting, materialization("a"));
  await dagster.stop();
  await tell(setting, materialization("a"));
  const waits: number[] = [];
  for (let i = 0; i < 12; i++) {
    const { retryAt = 0 } = (await telling.row("dagster")) ?? {};
    waits.push((retryAt ?? 0) - clock.now);
    await telling.pass((retryAt ?? 0) - clock.now);
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000, 60_000]);
  expect(dagster.asked.filter((path) => path === "POST /graphql")).toEqual([]);
  expect(file.destinations).toHaveLength(1);
  for (let i = 0; i < 50; i++) await telling.pass(24 * 3_600_000);
  expect((await telling.told()).at(-1)).toStartWith("asset.materialized: pending");
});

test.each([
  cut,
  keptAndCut,
  refuse(502),
  refuse(504),
  { isKept: true, answer: 502 },
  { isKept: true, answer: 504 },
] as const)("after %o the event is looked up, and is there once", async (fate) => {
  const setting = await begin([fate]);
  await tell(setting, materialization("a"));
  expect(setting.dagster.kept).toHaveLength(fate.isKept ? 1 : 0);
  await setting.telling.pass(1000);
  expect(setting.dagster.kept).toHaveLength(1);
  expect(setting.dagster.reports).toHaveLength(fate.isKept ? 1 : 2);
  expect(await setting.telling.told()).toEqual(["asset.materialized: delivered, 2"]);
});

test.each([429, 503])("%i waits as long as it asks for", async (status) => {
  const setting = await begin([refuse(status, { headers: { "retry-after": "90" } })]);
  await tell(setting, materialization("a"), materialization("b"));
  await setting.telling.pass(89_000);
  expect(setting.dagster.reports).toHaveLength(1);
  await setting.telling.pass(2000);
  expect(setting.dagster.kept).toHaveLength(2);
});

test("500 is tried after 1, 4 and 16 s, and parked once something else got through meanwhile", async () => {
  const setting = await begin();
  const { telling, dagster } = setting;
  const poison = ({ body }: { readonly body: { readonly asset_key?: unknown } }) =>
    JSON.stringify(body.asset_key) === '["bad"]';
  const bad = await startDagster(
    (one) => (poison(one) ? refuse(500) : taken),
    () => setting.clock.now,
  );
  started.push(bad);
  telling.sender.use(fileOf({ name: "other", type: "dagster", url: bad.url }));
  await telling.run();
  expect(dagster.reports).toEqual([]);
  await tell(setting, materialization("bad"), materialization("bad"), materialization("good"));
  const count = () => bad.reports.filter(poison).length;
  expect(bad.kept.map(({ asset }) => asset)).toEqual(['["good"]']);
  expect(count()).toBe(1);
  for (const [wait, times] of [
    [1000, 2],
    [3900, 2],
    [200, 3],
    [15_900, 3],
  ] as const) {
    await telling.pass(wait);
    expect(count()).toBe(times);
  }
  await telling.pass(200);
  expect((await telling.told("other")).slice(0, 1)).toEqual(["asset.materialized: parked, 4"]);
  expect(bad.asked.filter((path) => path === "POST /graphql").length).toBeGreaterThanOrEqual(3); // looked up before each
});

test("500 for everything is an outage: nothing is parked", async () => {
  const setting = await begin(Array.from({ length: 200 }, () => refuse(500)));
  const { telling } = setting;
  await tell(setting, materialization("a"), materialization("b"));
  for (let i = 0; i < 20; i++) await telling.pass(61_000);
  expect((await telling.told()).every((one) => one.startsWith("asset.materialized: pending"))).toBe(true);
  expect(setting.dagster.reports.length).toBeLessThan(60);
});

test("a test that is answered says nothing of reports: in an outage nothing is parked", async () => {
  const setting = await begin(Array.from({ length: 200 }, () => refuse(500)));
  const { telling } = setting;
  await tell(setting, materialization("a"), materialization("b"));
  for (let i = 0; i < 10; i++) {
    await telling.ask({ action: "test", destination: "dagster" });
    await telling.pass(61_000);
  }
  const told = await telling.told();
  expect(told.filter((one) => one.startsWith("destination.test: delivered")).length).toBeGreaterThan(0);
  expect(told.filter((one) => one.includes("parked"))).toEqual([]);
});

describe("a check of a partition that is answered 500", () => {
  const check = checkEvaluation("a", { checkName: "c", passed: true, partition: "p" });

  test("is sent once more, without the partition", async () => {
    const setting = await begin([refuse(500)]);
    await tell(setting, check);
    await setting.telling.pass(1000);
    expect(setting.dagster.reports.map(({ body }) => body.partition ?? null)).toEqual(["p", null]);
    expect(setting.dagster.reports[1]?.body.metadata).toMatchObject({ "runless/partition": "p" });
    expect(await setting.telling.told()).toEqual(["asset.check_evaluated: delivered, 2"]);
  });

  test("and again without it, is parked", async () => {
    const setting = await begin([refuse(500), refuse(500)]);
    await tell(setting, check);
    for (let i = 0; i < 5; i++) await setting.telling.pass(61_000);
    expect(setting.dagster.reports).toHaveLength(2);
    expect(await setting.telling.told()).toEqual(["asset.check_evaluated: parked, 2"]);
  });

  test("and had arrived all the same, is not sent again", async () => {
    const setting = await begin([{ isKept: true, answer: 500 }]);
    await tell(setting, check);
    await setting.telling.pass(1000);
    expect(setting.dagster.reports).toHaveLength(1);
    expect(await setting.telling.told()).toEqual(["asset.check_evaluated: delivered, 2"]);
  });
});

test("GraphQL's errors count as what they are, though they come with 200", async () => {
  const described = checkEvaluation("a", { checkName: "c", passed: true, description: "why" });
  const say = (name: string) => refuse(200, { body: `{"data":{"report":{"__typename":"${name}"}}}` });
  const unauthorized = await begin([say("UnauthorizedError")]);
  await tell(unauthorized, described);
  expect(await unauthorized.telling.row("dagster")).toMatchObject({ status: "blocked" });
  const failed = await begin([say("PythonError")]);
  await tell(failed, described);
  expect((await failed.telling.deliveries())[0]).toMatchObject({
    status: "pending",
    answer: expect.stringContaining("error 1"),
  });
  const errors = '"errors":[{"message":"Unknown type"}]';
  for (const body of [`{${errors}}`, `{"data":null,${errors}}`]) {
    const invalid = await begin([refuse(200, { body })]);
    await tell(invalid, described);
    expect(await invalid.telling.told()).toEqual(["asset.check_evaluated: parked, 1"]);
  }
});

test("a look-up that fails says nothing of the event: it is asked again, and nothing is parked or sent", async () => {
  const setting = await begin([keptAndCut]);
  const { dagster, telling } = setting;
  const answers = [400, 500, 200];
  dagster.lookUps.answer = (response) => {
    const status = answers.shift();
    if (status === undefined) return false;
    response.writeHead(status).end(status === 200 ? '{"errors":[{"message":"away"}]}' : "no");
    return true;
  };
  await tell(setting, materialization("a"));
  for (let i = 0; i < 4; i++) await telling.pass(61_000);
  expect(answers).toEqual([]);
  expect(dagster.reports).toHaveLength(1);
  expect((await telling.told())[0]).toStartWith("asset.materialized: delivered");
});

test("a look-up goes on until what it finds is older than the event", async () => {
  const setting = await begin([keptAndCut]);
  const { dagster, telling, clock } = setting;
  await tell(setting, materialization("a"));
  // Others report the asset meanwhile.
  const [first] = dagster.kept;
  for (let i = 0; i < 50; i++)
    if (first) dagster.kept.push({ ...first, mark: `other/${i}`, timestamp: clock.now + Math.floor(i / 5) });
  await telling.pass(1000);
  expect(dagster.reports).toHaveLength(1);
  expect(dagster.asked.filter((path) => path === "POST /graphql").length).toBeGreaterThanOrEqual(3);
  expect(await telling.told()).toEqual(["asset.materialized: delivered, 2"]);
});

test("a replay sends again what is not there, however long ago it was sent", async () => {
  const setting = await begin();
  const { dagster, telling, clock } = setting;
  await tell(setting, materialization("a"), materialization("a"));
  const [first] = dagster.kept.splice(0, 1);
  for (let i = 0; i < 40; i++) if (first) dagster.kept.push({ ...first, mark: `other/${i}`, timestamp: clock.now + i });
  // Deliveries of events are forgotten after a day.
  await telling.pass(25 * 3_600_000);
  await telling.pass(20_000);
  expect(await telling.deliveries()).toEqual([]);
  await telling.ask({ action: "replay", destination: "dagster", argument: 0, option: "events" });
  expect(await telling.told()).toEqual(["asset.materialized: delivered, 1", "asset.materialized: delivered, 1"]);
  expect(dagster.kept.filter(({ mark }) => !mark.startsWith("other")).map(({ mark }) => mark.split("/")[1])).toEqual([
    "2",
    "1",
  ]);
});

test("a server that takes over looks up what may have been sent, and sends the rest", async () => {
  const setting = await begin();
  const { dagster, stores, telling, clock, file } = setting;
  await report(stores, materialization("a"), materialization("b"), materialization("a"));
  // It stops after it has sent something, before it writes what came of it.
  clock.elapsed += 1000;
  telling.sender.noteCommit();
  for (let turns = 0; dagster.reports.length === 0; turns++) {
    expect(turns).toBeLessThan(10_000);
    if ((await telling.sender.turn()) > 0) await new Promise((resolve) => setImmediate(resolve));
    if (telling.sender.isBusy)
      while (dagster.reports.length === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const next = new Telling(stores, clock, { file });
  await next.sender.turn();
  await next.pass(15_000);
  expect(dagster.kept.map(({ asset }) => asset).sort()).toEqual(['["a"]', '["a"]', '["b"]']);
  expect(new Set(dagster.kept.map(({ mark }) => mark)).size).toBe(3);
});

test("the log itself is refused as a destination", async () => {
  const { stores, telling, clock } = await begin();
  const itself = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async () => Response.json({ log_id: await stores.log.id() }),
  });
  started.push({ stop: () => itself.stop(true) });
  telling.sender.use(fileOf({ name: "itself", type: "dagster", url: itself.url.href }));
  await telling.run();
  await report(stores, materialization("a"));
  await telling.run();
  expect(await telling.row("itself")).toMatchObject({
    status: "blocked",
    reason: expect.stringContaining("this log itself"),
  });
  expect(clock.elapsed).toBeGreaterThan(0);
});

test("a token and headers are sent, and a path before the endpoints is kept", async () => {
  const dagster = await startDagster();
  started.push(dagster);
  const setting = await begin([], {
    url: `${dagster.url}/prod/`,
    token: "secret-token",
    headers: { "X-Team": "data" },
  });
  await tell(setting, materialization("a"));
  expect(dagster.reports[0]?.path).toBe("/prod/report_asset_materialization/");
  expect(dagster.reports[0]?.headers).toMatchObject({ "dagster-cloud-api-token": "secret-token", "x-team": "data" });
});

test("one lane by default, more by asset where the file says so", async () => {
  for (const lanes of [1, 4]) {
    let open = 0;
    let most = 0;
    const slow = Bun.serve({
      ...{ port: 0, hostname: "127.0.0.1" },
      async fetch(request) {
        if (request.method === "GET") return new Response("<!doctype html>");
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 20));
        open--;
        return Response.json({});
      },
    });
    started.push({ stop: () => slow.stop(true) });
    const setting = await begin([], { url: slow.url.href, lanes });
    await tell(setting, ...["a", "b", "c", "d", "e", "f", "a", "b"].map((key) => materialization(key)));
    expect((await setting.telling.told()).every((one) => one === "asset.materialized: delivered, 1")).toBe(true);
    expect(most).toBe(lanes);
  }
});
