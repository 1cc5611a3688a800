import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { watchingCase } from "../core/watching-cases.ts";
import { type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into
  readonly body: any;
}

describe.each([...runtimes])("definitions of the %s server", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime);
  });
  afterAll(async () => void (await server.stop()));

  async function ask(path: string, init?: RequestInit): Promise<Answer> {
    const response = await fetch(`${server.url}${path}`, init);
    return { status: response.status, body: await response.json() };
  }
  const put = (query: string, body: unknown, type = "application/json") =>
    ask(`/api/v1/definitions?${query}`, {
      method: "PUT",
      headers: { "content-type": type },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const define = async (source: string, ...assets: object[]) => {
    const answer = await put(`source=${source}&allow_empty=true`, { assets });
    expect([answer.status, answer.body.error]).toEqual([200, undefined]);
    return answer.body;
  };
  const report = (body: object) =>
    ask("/api/v1/events", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ type: "ASSET_MATERIALIZATION", ...body }),
    });
  const counts = (added: number, changed = 0, removed = 0, unchanged = 0) => ({ added, changed, removed, unchanged });

  test("a document replaces what its source defined, and a dry run says so before", async () => {
    const orders = { key: "warehouse/orders", owners: ["team:finance"], deps: ["raw/orders"], tags: { tier: "gold" } };
    expect(await define("team-a", orders, { key: "warehouse/old" })).toMatchObject(counts(2));
    const next = {
      assets: [
        { ...orders, group: "finance" },
        { prefix: "ml", description: "Models." },
      ],
    };
    const dry = await put("source=team-a&dry_run=true", next);
    expect(dry).toMatchObject({ status: 200, body: { source: "team-a", dry_run: true, ...counts(1, 1, 1) } });
    expect((await ask("/api/v1/definitions")).body.definitions).toHaveLength(2);
    const real = await put("source=team-a", next);
    expect(real.body).toEqual({ ...dry.body, dry_run: false, revision: dry.body.revision + 1 });
    const { body } = await ask("/api/v1/definitions?prefix=warehouse");
    expect(body).toMatchObject({ has_more: false, revision: real.body.revision });
    expect(body.definitions).toEqual([
      {
        key: ["warehouse", "orders"],
        description: null,
        owners: ["team:finance"],
        group: "finance",
        tags: { tier: "gold" },
        kinds: [],
        deps: [["raw", "orders"]],
        checks: [],
        partitions: null,
        freshness: null,
        source: "team-a",
        revision: real.body.revision,
        changed_at: expect.stringMatching(/^20.*Z$/),
        defined_at: null,
      },
    ]);
  });

  test("one definition is read by path or key: its own, else that of the longest prefix", async () => {
    await define("team-a", { key: ["s3", "a/b"], group: "own" }, { prefix: "ml", group: "models" });
    const group = async (path: string) => (await ask(path)).body.group;
    expect(await group("/api/v1/definitions/s3/a%2Fb")).toBe("own");
    expect(await group(`/api/v1/definitions?asset_key=${encodeURIComponent('["s3","a/b"]')}`)).toBe("own");
    expect(await group("/api/v1/definitions/ml/churn/v2")).toBe("models");
    expect(await ask("/api/v1/definitions/s3/a/b")).toEqual({
      status: 404,
      body: { error: "No definition holds for s3/a/b." },
    });
  });

  test("a key that another source owns is a 409 that names both, unless it is taken over", async () => {
    await define("team-a", { key: "warehouse/orders" });
    const body = { assets: [{ key: "warehouse/orders", group: "b" }] };
    const refused = await put("source=team-b", body);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        error: expect.stringMatching(/the key warehouse\/orders belongs to the source team-a.*take_over=true/),
        conflicts: [{ key: ["warehouse", "orders"], source: "team-a" }],
        total: 1,
      },
    });
    expect((await put("source=team-b&take_over=true", body)).body).toMatchObject(counts(0, 1));
    expect((await ask("/api/v1/definitions/warehouse/orders")).body.source).toBe("team-b");
    await define("team-b");
  });

  test("a source is emptied only where that is allowed", async () => {
    await define("team-a", { key: "a" });
    const refused = await put("source=team-a", { assets: [] });
    expect(refused).toMatchObject({ status: 409, body: { error: expect.stringContaining("allow_empty=true") } });
    expect((await put("source=team-a&allow_empty=true", { assets: [] })).body).toMatchObject(counts(0, 0, 1));
  });

  test.each([
    ["", '{"assets": []}', 400, "The parameter source is missing"],
    ["source=a&dry=true", '{"assets": []}', 400, 'There is no parameter "dry"'],
    ["source=a", "[]", 400, "Nothing is changed"],
    [
      "source=a",
      '{"assets": [\n{"key": "a", "onwers": []}]}',
      400,
      "line 2, assets[0].onwers: there is no field onwers",
    ],
    ["source=a", '{"assets": [{"key": "a"}, {"key": "a"}]}', 400, "assets[1].key: this key is defined twice"],
  ])("PUT ?%s of %s is a %d that says what to write", async (query, body, status, sentence) => {
    const before = (await ask("/api/v1/definitions")).body.revision;
    const answer = await put(query, body);
    expect([answer.status, answer.body.error]).toEqual([status, expect.stringContaining(sentence)]);
    expect((await ask("/api/v1/definitions")).body.revision).toBe(before);
  });

  test("YAML is read too, and what it makes of an unquoted key is refused", async () => {
    const { expect: expected } = watchingCase(109);
    expect(expected).toEqual({ status: 400, says: "quote it: keys are strings" });
    const yaml = (key: string) => `assets:\n  - key: a\n    partitions: { type: static, keys: [${key}] }\n`;
    const refused = await put("source=team-y", yaml("0123"), "application/yaml");
    expect(refused).toMatchObject({
      status: 400,
      body: {
        error: expect.stringMatching(
          /line 3, assets\[0\]\.partitions\.keys\[0\]: 0123 is a number, quote it: keys are strings/,
        ),
        issues: [{ line: 3, path: "assets[0].partitions.keys[0]" }],
      },
    });
    expect((await put("source=team-y", yaml('"0123"'), "application/yaml")).body).toMatchObject(counts(1));
    expect((await put("source=team-y", "a,b", "text/csv")).status).toBe(415);
    const large = await put("source=team-y", `# ${"x".repeat(300_000)}\nassets: []`, "application/yaml");
    expect(large).toMatchObject({ status: 413, body: { error: expect.stringMatching(/262144 bytes.*Send JSON/) } });
    await define("team-y");
  });

  test("a large document is defined, beyond the limit on other bodies", async () => {
    const assets = Array.from({ length: 12_000 }, (_, i) => ({ key: `large/${i}`, description: "x".repeat(400) }));
    expect(await define("team-l", ...assets)).toMatchObject(counts(12_000));
    expect(await define("team-l", ...assets)).toMatchObject(counts(0, 0, 0, 12_000));
    let cursor = "";
    let found = 0;
    for (let hasMore = true; hasMore; ) {
      const { body } = await ask(`/api/v1/definitions?source=team-l&limit=1000${cursor}`);
      found += body.definitions.length;
      cursor = `&cursor=${body.cursor}`;
      hasMore = body.has_more;
    }
    expect(found).toBe(12_000);
    expect(await define("team-l")).toMatchObject(counts(0, 0, 12_000));
    const tooLarge = await put("source=team-l", " ".repeat(16_777_217));
    expect(tooLarge).toMatchObject({ status: 413, body: { error: expect.stringContaining("Divide the definitions") } });
  }, 60_000);

  test("an asset that is defined and was never reported has a record of zeros; its key does not exist yet", async () => {
    await define("team-n", { key: "never/seen", group: "g" }, { prefix: "ml", group: "models" });
    const { status, body } = await ask("/api/v1/assets/never/seen");
    expect([status, body]).toEqual([
      200,
      {
        asset_key: ["never", "seen"],
        latest_materialization: null,
        latest_observation: null,
        data_version: null,
        checks: [],
        has_more_checks: false,
        counts: { materializations: 0, observations: 0, check_evaluations: 0, partitions: 0 },
        definition: expect.objectContaining({ key: ["never", "seen"], group: "g", source: "team-n" }),
        freshness: null,
      },
    ]);
    expect((await ask("/api/v1/assets?prefix=never")).body.assets).toEqual([]);
    expect((await ask("/api/v1/assets/ml/unheard-of")).status).toBe(404);
    await report({ asset_key: "ml/churn" });
    await report({ asset_key: "plain" });
    expect((await ask("/api/v1/assets/ml/churn")).body.definition).toMatchObject({ prefix: ["ml"], group: "models" });
    const listed = (await ask("/api/v1/assets")).body.assets;
    const defined = listed.map((one: Answer["body"]) => [one.asset_key.join("/"), one.definition?.group ?? null]);
    expect(defined).toEqual([
      ["ml/churn", "models"],
      ["plain", null],
    ]);
    await define("team-n");
  });

  test("a wipe leaves the definition of its asset", async () => {
    await define("team-w", { key: "wiped", group: "g" });
    await report({ asset_key: "wiped" });
    await ask("/api/v1/assets?asset_key=wiped", { method: "DELETE" });
    expect((await ask("/api/v1/assets/wiped")).body).toMatchObject({
      counts: { materializations: 0 },
      definition: { group: "g" },
    });
    await define("team-w");
  });

  describe("with expected partitions", () => {
    const day = 86_400_000;
    const today = Math.floor(Date.now() / day) * day;
    const name = (at: number) => new Date(at).toISOString().slice(0, 10);
    const start = name(today - 400 * day);
    const names = Array.from({ length: 400 }, (_, i) => name(today - (400 - i) * day));
    const freshness = { type: "cron", deadline_cron: "0 6 * * *", lower_bound_delta: "6h", lookback: 7 };
    const missing = async (query = "") => (await ask(`/api/v1/partitions?asset_key=daily&missing=true${query}`)).body;
    const namesOf = (list: { partition: string }[]) => list.map(({ partition }) => partition);
    beforeAll(async () => {
      await define("team-p", { key: "daily", partitions: { type: "daily", start }, freshness });
    });

    test("those that are missing are listed with their windows, and when they were due", async () => {
      const { missing: first, cursor, has_more } = await missing("&limit=3");
      expect(namesOf(first)).toEqual(names.slice(0, 3));
      expect(has_more).toBe(true);
      expect(first[0]).toEqual({
        partition: start,
        start: `${start}T00:00:00.000Z`,
        end: `${names[1]}T00:00:00.000Z`,
        due_at: `${names[1]}T06:00:00.000Z`,
        state: null, // too old to be watched
      });
      expect(namesOf((await missing(`&limit=3&cursor=${cursor}`)).missing)).toEqual(names.slice(3, 6));
      const some = await missing(`&since=${names[10]}T00:00:00Z&until=${names[12]}T00:00:00Z`);
      expect([namesOf(some.missing), some.has_more]).toEqual([names.slice(10, 12), false]);
      const walked: string[] = [];
      for (let next = "", hasMore = true; hasMore; ) {
        const page = await missing(`&limit=150${next}`);
        walked.push(...namesOf(page.missing));
        [next, hasMore] = [`&cursor=${page.cursor}`, page.has_more];
      }
      expect(walked).toEqual(names);
    });

    test(`${watchingCase(76).name}: recorded, and shown as unexpected`, async () => {
      expect(watchingCase(76).expect).toEqual({ recorded: true, shown: "unexpected", alert: "none" });
      expect((await report({ asset_key: "daily", partition: "2026-13-01" })).status).toBe(200);
      await report({ asset_key: "daily", partition: names[0] });
      const { body } = await ask("/api/v1/partitions?asset_key=daily&expected=true&limit=1000");
      expect(namesOf(body.partitions)).toEqual([names[0] ?? "", "2026-13-01"]);
      expect(body.unexpected).toEqual(["2026-13-01"]);
      expect(namesOf(body.missing)).toEqual(names.slice(1));
      expect(body.has_more_missing).toBe(false);
    });

    test(`${watchingCase(77).name}: they are there`, async () => {
      expect(watchingCase(77).expect).toMatchObject({ page: "missing -> there" });
      await report({ asset_key: "daily", partition: undefined, partitions: names.slice(1) });
      expect(await missing()).toMatchObject({ missing: [], has_more: false });
    });

    test("static ones are missing in their order, without a window", async () => {
      await define("team-s", { key: "static", partitions: { type: "static", keys: ["us", "eu", "asia"] } });
      await report({ asset_key: "static", partition: "eu" });
      const { body } = await ask("/api/v1/partitions?asset_key=static&expected=true");
      const none = { start: null, end: null, due_at: null, state: null };
      expect(body.missing).toEqual([
        { partition: "us", ...none },
        { partition: "asia", ...none },
      ]);
    });

    test("static ones are due as the policy says, where there is one", async () => {
      const partitions = { type: "static", keys: ["us", "eu"] };
      const cron = { type: "cron", deadline_cron: "0 6 * * *", lower_bound_delta: "6h" };
      const window = { type: "time_window", fail_window: "2h" };
      await define("team-c", { key: "static/cron", partitions, freshness: cron });
      await define("team-t", { key: "static/window", partitions, freshness: window });
      const dueOf = async (key: string) => {
        const { body } = await ask(`/api/v1/partitions?asset_key=${key}&missing=true`);
        return body.missing.map((one: { due_at: string }) => Date.parse(one.due_at));
      };
      const { defined_at: definedAt } = (await ask("/api/v1/definitions/static/window")).body;
      const tick = (Math.floor((Date.parse(definedAt) - 6 * 3_600_000) / day) + 1) * day + 6 * 3_600_000;
      const both = (at: number) => [at, at];
      expect(await dueOf("static/window")).toEqual(both(Date.parse(definedAt) + 2 * 3_600_000));
      expect(await dueOf("static/cron")).toEqual(both(tick));
    });

    test("without a definition of partitions, nothing is expected, and that is said", async () => {
      const answer = await ask("/api/v1/partitions?asset_key=plain&missing=true");
      expect(answer).toMatchObject({ status: 404, body: { error: expect.stringContaining("runless define") } });
      const since = await ask("/api/v1/partitions?asset_key=daily&since=2026-01-01T00:00:00Z");
      expect(since).toMatchObject({ status: 400, body: { error: expect.stringContaining("missing=true") } });
    });
  });

  test("the JSON Schema of a document is served", async () => {
    const { status, body } = await ask("/schemas/definitions.json");
    expect(status).toBe(200);
    expect(body).toMatchObject({ type: "object", required: ["assets"], properties: { assets: { type: "array" } } });
  });
});

test("definitions are there after a restart, and on another server of the same database", async () => {
  const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
  const first = await startServer("bun", { databaseUrl });
  const body = JSON.stringify({ assets: [{ key: "a", group: "g" }] });
  const put = await fetch(`${first.url}/api/v1/definitions?source=s`, { method: "PUT", body });
  expect(put.status).toBe(200);
  const group = async ({ url }: RunningServer) =>
    ((await (await fetch(`${url}/api/v1/definitions/a`)).json()) as { group?: string }).group;
  const second = await startServer("bun", { databaseUrl });
  expect(await group(second)).toBe("g");
  await first.stop();
  await second.stop();
  const third = await startServer("bun", { databaseUrl });
  expect(await group(third)).toBe("g");
  await third.stop();
});

test.each([100, 500, 900])(
  "a server that is killed %d ms after it began to define left all or nothing",
  async (delay) => {
    const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
    const put = (server: RunningServer, group: string) => {
      const assets = Array.from({ length: 20_000 }, (_, i) => ({ key: `k/${i}`, group }));
      const body = JSON.stringify({ assets });
      return fetch(`${server.url}/api/v1/definitions?source=s`, { method: "PUT", body }).then(({ status }) => status);
    };
    const server = await startServer("bun", { databaseUrl });
    expect(await put(server, "before")).toBe(200);
    const answer = put(server, "after").catch(() => undefined);
    await Promise.race([answer, Bun.sleep(delay)]);
    await server.stop("SIGKILL");
    const next = await startServer("bun", { databaseUrl });
    const groups = new Set<string>();
    for (const key of ["k/0", "k/9999", "k/19999"]) {
      const found = await (await fetch(`${next.url}/api/v1/definitions/${key}`)).json();
      groups.add((found as { group: string }).group);
    }
    expect(groups.size).toBe(1);
    if ((await answer) === 200) expect([...groups]).toEqual(["after"]);
    expect(await put(next, "again")).toBe(200); // it takes the place of the one that died
    await next.stop();
  },
  60_000,
);
