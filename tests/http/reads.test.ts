import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type RunningServer, runtimes, startServer } from "../server.ts";

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

describe.each([...runtimes])("reading back from the %s server", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime);
    const reports: readonly (readonly [string, unknown])[] = [
      ["materialization/s3/orders", { partition: "a", data_version: "v1", metadata: { rows: 5 } }],
      ["materialization/s3/orders", { partition: "b" }],
      ["observation/s3/orders", {}],
      ["check/s3/orders", { check_name: "fresh", passed: false, severity: "WARN" }],
      ["check/s3/orders", { check_name: "fresh", passed: true }],
      ["materialization/s3x", {}],
      ["materialization/", { asset_key: ["s3/orders", "part"] }],
    ];
    for (const [path, body] of reports) {
      const response = await fetch(`${server.url}/report_asset_${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      expect([response.status, await response.text()]).toEqual([200, "{}"]);
    }
  });
  afterAll(async () => void (await server.stop()));

  async function get(path: string, init?: RequestInit): Promise<Answer> {
    const response = await fetch(`${server.url}${path}`, init);
    expect(response.headers.get("content-type")).toStartWith("application/json");
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  }
  const ids = async (query: string) => {
    const { status, body } = await get(`/api/v1/events?${query}`);
    expect(status).toBe(200);
    return (body.events as readonly { readonly id: number }[]).map(({ id }) => id);
  };

  test.each([
    ["", [7, 6, 5, 4, 3, 2, 1]],
    ["order=asc", [1, 2, 3, 4, 5, 6, 7]],
    ["limit=2", [7, 6]],
    ["asset_key=s3/orders", [5, 4, 3, 2, 1]],
    [`asset_key=${encodeURIComponent('["s3/orders","part"]')}`, [7]],
    ["prefix=s3", [5, 4, 3, 2, 1]],
    ["type=ASSET_CHECK_EVALUATION", [5, 4]],
    ["partition=a", [1]],
    ["check_name=fresh&order=asc", [4, 5]],
    ["after=2&before=5", [4, 3]],
    ["since=2020-01-01T00:00:00Z", [7, 6, 5, 4, 3, 2, 1]],
    ["since=2020-01-01T00:00:00%2B02:00&until=2020-01-02T00:00:00Z", []],
    ["until=1577836800", []],
    ["asset_key=unheard/of", []],
  ])("lists events by %p", async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  test("pages by cursor to the end, newest first", async () => {
    const seen: number[] = [];
    let cursor = "";
    for (let hasMore = true; hasMore; ) {
      const { body } = await get(`/api/v1/events?limit=3${cursor}`);
      seen.push(...(body.events as { id: number }[]).map(({ id }) => id));
      cursor = `&cursor=${body.cursor}`;
      hasMore = body.has_more === true;
    }
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  test.each([
    ["colour=red", 'There is no parameter "colour"'],
    ["limit=0", "The parameter limit must be a whole number from 1 to 1000"],
    ["limit=ten", "The parameter limit"],
    ["order=up", "The parameter order must be asc or desc"],
    ["type=MATERIALIZATION", "The parameter type must be ASSET_MATERIALIZATION"],
    ["since=yesterday", "The parameter since must be a time"],
    ["until=2026-11-23T00:00:00", "The parameter until must be a time: RFC 3339, as 2026-11-30T05:50:00Z"],
    [
      "since=1764481800000",
      "The parameter since must be a time, and this looks like milliseconds; send seconds or an ISO",
    ],
    [
      "until=-100000000000",
      "The parameter until must be a time, and this looks like milliseconds; send seconds or an ISO",
    ],
    ["since=2026-13-45T00:00:00Z", "The parameter since"],
    ["since=2026-02-30T00:00:00Z", "The parameter since must be a day that its month has"],
    ["after=-1", "The parameter after must be an event's id"],
    ["before=x", "The parameter before"],
    ["asset_key=", "The parameter asset_key must be an asset key"],
    ["prefix=//", "The parameter prefix must be an asset key"],
    ["limit=1&limit=2", "The parameter limit is given more than once"],
    ["cursor=abc", "The cursor is not one that a page gave"],
  ])("refuses %p and names what is wrong", async (query, error) => {
    const answer = await get(`/api/v1/events?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toStartWith(error);
  });

  test("refuses a cursor that comes with other filters", async () => {
    const { body } = await get("/api/v1/events?limit=1");
    const answer = await get(`/api/v1/events?limit=1&type=ASSET_OBSERVATION&cursor=${body.cursor}`);
    expect(answer).toEqual({ status: 400, body: { error: expect.stringContaining("other filters") } });
  });

  test("gives one event by its id, with everything that was reported", async () => {
    const { status, body } = await get("/api/v1/events/1");
    expect(status).toBe(200);
    expect(body).toEqual({
      id: 1,
      type: "ASSET_MATERIALIZATION",
      asset_key: ["s3", "orders"],
      partition: "a",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      received_at: expect.any(String),
      description: null,
      data_version: "v1",
      tags: { "dagster/data_version": "v1", "dagster/data_version_is_user_provided": "true" },
      metadata: { rows: { type: "int", raw_value: 5 } },
    });
  });

  test.each([
    ["/api/v1/events/99", 404, "There is no event with the id 99."],
    ["/api/v1/events/x", 400, "An event's id is a whole number"],
    ["/api/v1/assets/unheard/of", 404, "There is no asset unheard/of"],
    ["/api/v1/assets?asset_key=", 400, "The parameter asset_key"],
    ["/api/v1/nothing", 404, "There is nothing at /api/v1/nothing."],
    ["/nothing", 404, "There is nothing at /nothing. /docs says what there is."],
  ])("answers %s with %d and a sentence", async (path, status, error) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toStartWith(error);
  });

  test("gives an asset with the latest of each kind and its counts", async () => {
    for (const path of ["/api/v1/assets/s3/orders", "/api/v1/assets?asset_key=s3/orders"]) {
      const { status, body } = await get(path);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        asset_key: ["s3", "orders"],
        latest_materialization: { id: 2, partition: "b" },
        latest_observation: { id: 3 },
        data_version: "v1",
        checks: [{ id: 5, check_name: "fresh", passed: true, severity: "ERROR" }],
        counts: { materializations: 2, observations: 1, check_evaluations: 2, partitions: 2 },
      });
    }
  });

  test("keeps %2F inside a part of a native path", async () => {
    const { body } = await get("/api/v1/assets/s3%2Forders/part");
    expect(body.asset_key).toEqual(["s3/orders", "part"]);
  });

  test.each([
    ["/api/v1/events", "GET, POST"],
    ["/api/v1/events/1", "GET, DELETE"],
    ["/api/v1/assets/s3/orders", "GET"],
  ])("names what else %s takes: 405 with Allow", async (path, allow) => {
    const response = await fetch(`${server.url}${path}`, { method: "PUT" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  });

  test("says that it is alive and ready", async () => {
    expect(await get("/health")).toEqual({ status: 200, body: { status: "ok" } });
    expect(await get("/ready")).toEqual({ status: 200, body: { ready: true } });
  });

  test("refuses a body past the limit, and serves the next request on the same connection", async () => {
    const post = (body: string) =>
      fetch(`${server.url}/report_asset_materialization/big`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
    const answers = [];
    for (const size of [5_000_000, 10, 4_500_000, 10]) {
      const response = await post(JSON.stringify({ description: "x".repeat(size) }));
      answers.push([response.status, await response.text()]);
    }
    const refused = [413, expect.stringContaining("The body is larger than 4194304 bytes")];
    expect(answers).toEqual([refused, [200, "{}"], refused, [200, "{}"]]);
  });

  test("refuses a body that is not UTF-8", async () => {
    const response = await fetch(`${server.url}/report_asset_materialization/a`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new Uint8Array([0x22, 0xff, 0x22]),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: "The body is not UTF-8. Send JSON encoded in UTF-8." });
  });
});
