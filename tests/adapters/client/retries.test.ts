import { describe, expect, test } from "bun:test";
import { materialization } from "../../../adapters/client.ts";
import { failure, manualTimers, scripted, testClient, testServer, timeout } from "./harness.ts";

const cut = new TypeError("connection reset");

describe("trying again", () => {
  test.each([408, 429, 502, 503, 504])("follows a %d", async (status) => {
    const fetch = scripted([failure(status), cut, failure(status)], testServer().fetch);
    const client = testClient({ fetch });
    expect(await client.reportRunlessAssetEvent(materialization("a"))).toEqual({ id: 1, duplicate: false });
    expect(fetch.calls).toEqual(Array(4).fill("POST http://runless.test/api/v1/events"));
  });

  test.each([400, 401, 403, 404, 413, 422, 500, 501])("does not follow a %d", async (status) => {
    const fetch = scripted([failure(status)]);
    await expect(testClient({ fetch }).reportRunlessAssetEvent(materialization("a"))).rejects.toMatchObject({ status });
    expect(fetch.calls).toHaveLength(1);
  });

  test("reads and wipes are tried again too", async () => {
    const { log, fetch } = testServer();
    await log.append([[{ event: materialization("a") }]]);
    const client = (times: number) => testClient({ fetch: scripted(Array(times).fill(cut), fetch) });
    expect(await client(2).hasAssetKey("a")).toBe(true);
    expect((await client(2).fetchMaterializations("a")).records).toHaveLength(1);
    expect(await client(2).wipeAssets(["a"])).toHaveLength(1);
  });

  test("waits twice as long each time at most, up to 10 s, and gives up after the last retry", async () => {
    const timers = manualTimers(timeout);
    const fetch = scripted(Array(10).fill(cut));
    const client = testClient({ fetch, retries: 9, wait: timers.wait });
    await expect(client.hasAssetKey("a")).rejects.toMatchObject({ code: "network", cause: cut });
    expect(timers.delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  test("waits a random part of that", async () => {
    const timers = manualTimers(timeout);
    const random = [0, 0.5, 0.25][Symbol.iterator]();
    const client = testClient({
      fetch: scripted([cut, cut, cut], testServer().fetch),
      wait: timers.wait,
      random: () => random.next().value ?? 1,
    });
    await client.hasAssetKey("a");
    expect(timers.delays).toEqual([0, 100, 100]);
  });

  test("waits what the server asks for besides, in seconds or until a date", async () => {
    const timers = manualTimers(timeout);
    const inAnHour = new Date(Date.now() + 20_000).toUTCString();
    const answers = [failure(503, { "retry-after": "7" }), failure(429, { "retry-after": inAnHour })];
    const client = testClient({ fetch: scripted(answers, testServer().fetch), wait: timers.wait });
    await client.hasAssetKey("a");
    expect(timers.delays[0]).toBe(7100);
    expect(timers.delays[1]).toBeGreaterThan(15_000);
    expect(timers.delays[1]).toBeLessThanOrEqual(20_200);
  });

  test("is left to the caller where the server asks for more than a minute", async () => {
    const fetch = scripted([failure(503, { "retry-after": "61" })]);
    await expect(testClient({ fetch }).hasAssetKey("a")).rejects.toMatchObject({
      code: "unavailable",
      retryAfter: 61_000,
    });
    expect(fetch.calls).toHaveLength(1);
  });
});
