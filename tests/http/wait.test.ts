import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { runCli } from "../adapters/cli/run-cli.ts";
import { newStandIn } from "../remote/test-database.ts";
import { type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";

setDefaultTimeout(60_000);

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: string | null;
}

type Parameters = readonly (readonly [string, string])[];

async function ask(url: string, parameters: Parameters, init: RequestInit = {}): Promise<Answer> {
  const query = new URLSearchParams(parameters.map(([name, value]): [string, string] => [name, value]));
  const response = await fetch(`${url}/api/v1/wait?${query}`, init);
  return { status: response.status, body: await response.json(), retryAfter: response.headers.get("retry-after") };
}

const partition = (key: string): Parameters => [
  ["asset_key", key],
  ["partition", "p"],
];
const check: Parameters = [["check", "c"]];
const now: Parameters = [["wait", "0s"]];
const report = (type: string, asset_key: string, fields: object = {}) => ({
  type,
  asset_key,
  partition: "p",
  ...fields,
});
const built = (key: string) => report("ASSET_MATERIALIZATION", key);
const checked = (key: string, passed: boolean, fields: object = {}) =>
  report("ASSET_CHECK_EVALUATION", key, { check_name: "c", passed, ...fields });

async function post(url: string, ...events: readonly object[]): Promise<number> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/api/v1/events`, { method: "POST", headers, body: JSON.stringify(events) });
  expect(response.status).toBe(200);
  return performance.now();
}

const there = { status: 200, body: { satisfied: true } };
const unmet = (what: string, state: string, failed_fast = false) => ({
  status: 408,
  body: { satisfied: false, waiting_for: [{ asset_key: expect.any(Array), what, state }], failed_fast },
});

describe.each([...runtimes])("a wait on %s", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime, { args: ["--max-idle-seconds", "2"] });
  });
  afterAll(() => server.stop());

  test("is over at once where everything is there, whenever that came", async () => {
    await post(server.url, built("there"), checked("there", true));
    expect(await ask(server.url, [...partition("there"), ...check])).toMatchObject(there);
    const both: Parameters = [...partition("there"), ["asset_key", "not/there"], ["wait", "0s"]];
    expect(await ask(server.url, both)).toMatchObject({
      ...{ status: 408, retryAfter: null },
      body: { waiting_for: [{ asset_key: ["not", "there"], what: "partition", state: "missing" }] },
    });
  });

  test("is over as soon as what it waits for is committed, and not before", async () => {
    const waiting = ask(server.url, partition("soon")).then((answer) => ({ ...answer, at: performance.now() }));
    // Answered after the other has begun to wait, since looks are shared.
    expect((await ask(server.url, [...partition("soon"), ...now])).status).toBe(408);
    await post(server.url, built("later"), report("ASSET_OBSERVATION", "soon"), { ...built("soon"), partition: "q" });
    const committed = await post(server.url, built("soon"));
    const { at, ...answer } = await waiting;
    expect(answer).toMatchObject(there);
    expect(at - committed).toBeLessThan(1000);
  });

  test("waits while a check fails, and until it passes for what was built last", async () => {
    const question: Parameters = [...partition("checked"), ...check];
    await post(server.url, checked("checked", true), built("checked"));
    expect(await ask(server.url, [...question, ...now])).toMatchObject(unmet("check:c", "stale"));
    await post(server.url, checked("checked", false));
    expect(await ask(server.url, [...question, ...now])).toMatchObject(unmet("check:c", "failed"));
    const waiting = ask(server.url, question);
    expect(await ask(server.url, [...question, ["fail_fast", "true"]])).toMatchObject(unmet("check:c", "failed", true));
    await post(server.url, checked("checked", true));
    expect(await waiting).toMatchObject(there);
  });

  test("takes no failure of severity WARN for one, unless it is strict", async () => {
    await post(server.url, built("warned"), checked("warned", false, { severity: "WARN" }));
    const question: Parameters = [...partition("warned"), ["checks", "true"]];
    expect(await ask(server.url, question)).toMatchObject(there);
    expect(await ask(server.url, [...question, ["strict", "true"], ...now])).toMatchObject(unmet("check:c", "failed"));
  });

  test("asks the policy and the checks of a definition", async () => {
    const definition = { key: "defined", checks: ["c", "d"], freshness: { type: "time_window", fail_window: "24h" } };
    const defined = await fetch(`${server.url}/api/v1/definitions?source=test`, {
      ...{ method: "PUT", headers: { "content-type": "application/json" } },
      body: JSON.stringify({ assets: [definition, { key: "without/policy" }] }),
    });
    expect(defined.status).toBe(200);
    const fresh = (key: string): Parameters => [
      ["asset_key", key],
      ["fresh", "true"],
    ];
    expect(await ask(server.url, [...fresh("defined"), ...now])).toMatchObject(unmet("freshness", "missing"));
    expect(await ask(server.url, fresh("without/policy"))).toMatchObject({ status: 400 });
    const waiting = ask(server.url, [...fresh("defined"), ["checks", "true"]]);
    await post(server.url, { ...built("defined"), timestamp: new Date(Date.now() - 25 * 3_600_000).toISOString() });
    expect(await ask(server.url, [...fresh("defined"), ...now])).toMatchObject(unmet("freshness", "stale"));
    await post(server.url, built("defined"), checked("defined", true));
    const all: Parameters = [...fresh("defined"), ["checks", "true"], ...now];
    expect(await ask(server.url, all)).toMatchObject(unmet("check:d", "missing"));
    await post(server.url, checked("defined", true, { check_name: "d" }));
    expect(await waiting).toMatchObject(there);
  });

  test("waits for what was wiped", async () => {
    await post(server.url, built("wiped"));
    expect((await fetch(`${server.url}/api/v1/assets?asset_key=wiped`, { method: "DELETE" })).status).toBe(200);
    expect(await ask(server.url, [...partition("wiped"), ...now])).toMatchObject(unmet("partition", "missing"));
  });

  test("outlasts the time-out of idle connections, and ends when its own time is up", async () => {
    const started = performance.now();
    expect(await ask(server.url, [...partition("never"), ["wait", "4.5s"]])).toMatchObject(
      unmet("partition", "missing"),
    );
    expect(performance.now() - started).toBeGreaterThan(4400);
  });

  test("says of a wrong question what is wrong", async () => {
    const key = ["asset_key", "a"] as const;
    const questions: readonly (readonly [Parameters, RegExp])[] = [
      [[key], /^A wait needs one of partition, since, within and fresh: /],
      [[["since", "0"]], /^The parameter asset_key is missing\. It must be an asset key: /],
      [[key, ["asset_key", "//"], ["since", "0"]], /^The parameter asset_key must be an asset key.* Got "\/\/"\.$/],
      [[key, ["since", "yesterday"]], /^The parameter since must be a time/],
      [[key, ["within", "soon"]], /^The parameter within must be a duration: 90s, 30m, 2h, 1d12h\. Got "soon"\.$/],
      [[key, ["within", "0s"]], /^within must be longer than nothing/],
      [[key, ["since", "0"], ["wait", "31s"]], /^The parameter wait must be a duration of at most 30s/],
      [[key, ["since", "0"], ["check", "c"], ["checks", "true"]], /^Give check=… for checks by name, or checks=true/],
      [[key, ["since", "0"], ["since", "1"]], /^The parameter since is given more than once/],
      [[key, ["since", "0"], ["timeout", "1s"]], /^There is no parameter "timeout"\. Those there are: asset_key, /],
      [[key, ["fresh", "yes"]], /^The parameter fresh must be true or false/],
      [[key, ["fresh", "true"]], /^There is no freshness policy for a\.$/],
      [[...Array<typeof key>(51).fill(key), ["since", "0"]], /^A wait may ask for 50 assets, and this asks for 51\.$/],
    ];
    for (const [question, sentence] of questions) {
      const { status, body } = await ask(server.url, question);
      expect([status, body]).toEqual([400, { error: expect.stringMatching(sentence) }]);
    }
  });
});

describe.each([...runtimes])("on %s", (runtime) => {
  test("waits count as streams, satisfied ones do not, and the wait of a client that is gone ends", async () => {
    const server = await startServer(runtime, { args: ["--max-streams", "2"] }); // one, and one for exports
    await post(server.url, built("there"));
    const gone = new AbortController();
    const waitBriefly = () => ask(server.url, [...partition("b"), ["wait", "0.05s"]]);
    const waiting: Promise<unknown>[] = [];
    let refused = await waitBriefly();
    while (refused.status !== 503) {
      waiting.push(ask(server.url, partition("a"), { signal: gone.signal }).catch(() => undefined));
      await ask(server.url, [...partition("a"), ...now]);
      refused = await waitBriefly();
    }
    const { body, retryAfter } = refused;
    expect([body, retryAfter]).toMatchObject([{ error: expect.stringContaining("--max-streams") }, "1"]);
    expect(await ask(server.url, partition("there"))).toMatchObject(there);
    gone.abort();
    await Promise.all(waiting);
    while ((await waitBriefly()).status === 503); // until its slot is free
    expect(await waitBriefly()).toMatchObject(unmet("partition", "missing"));
    await server.stop();
  });

  test("a wait ends when the server shuts down, with an answer that asks for another try", async () => {
    const server = await startServer(runtime);
    const waiting = ask(server.url, partition("a"));
    await ask(server.url, [...partition("a"), ...now]);
    const ended = server.stop();
    expect(await waiting).toEqual({
      status: 503,
      body: { error: "The server shuts down. Ask again." },
      retryAfter: "1",
    });
    expect(await ended).toBe(0);
  });

  test("a wait ends with 401 when its token is revoked, and a token waits for what lies at its prefix alone", async () => {
    const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
    const token = async (...args: readonly string[]) => {
      const { exitCode, stdout, stderr } = await runCli(["token", ...args, "--database-url", databaseUrl]);
      if (exitCode !== 0) throw new Error(stderr);
      return stdout.trim();
    };
    const secret = await token("create", "--name", "job", "--scope", "read", "--prefix", "s3", "--create");
    const server = await startServer(runtime, { databaseUrl });
    const headers = { authorization: `Bearer ${secret}` };
    expect(await ask(server.url, partition("lake/x"), { headers })).toMatchObject({
      ...{ status: 403, body: { error: expect.stringContaining("lake/x is none of them") } },
    });
    expect((await ask(server.url, [...partition("s3/a"), ["asset_key", "s3x"]], { headers })).status).toBe(403);
    expect(await ask(server.url, [...partition("s3/a"), ...now], { headers })).toMatchObject({ status: 408 });
    const waiting = ask(server.url, partition("s3/a"), { headers });
    await ask(server.url, [...partition("s3/a"), ...now], { headers });
    await token("revoke", "job");
    expect(await waiting).toMatchObject({ status: 401, body: { error: expect.stringContaining("was revoked") } });
    await server.stop();
  });

  test.each(["a file", "a remote database"])(
    "a wait ends with what another server of %s has recorded",
    async (kind) => {
      const standIn = kind === "a file" ? undefined : await newStandIn();
      const databaseUrl = standIn?.url ?? `file:${join(temporaryFolder(), "runless.db")}`;
      const [here, there2] = [await startServer(runtime, { databaseUrl }), await startServer(runtime, { databaseUrl })];
      const waiting = ask(here.url, [...partition("a"), ...check]);
      await ask(here.url, [...partition("a"), ...now]);
      await post(there2.url, built("a"), checked("a", true));
      expect(await waiting).toMatchObject(there);
      await Promise.all([here.stop(), there2.stop()]);
      await standIn?.close();
    },
  );
});
