import { describe, expect, test } from "bun:test";
import { materialization, RunlessClient, RunlessClientError } from "../../../adapters/client.ts";
import { failure, scripted, testClient, testServer } from "./harness.ts";

const report = (answer: Response) =>
  testClient({ fetch: scripted([answer]), retries: 0 }).reportRunlessAssetEvent(materialization("a"));

describe("a refusal", () => {
  test.each([
    [400, "bad_request"],
    [401, "unauthorized"],
    [403, "forbidden"],
    [404, "not_found"],
    [413, "too_large"],
    [422, "conflict"],
    [408, "unavailable"],
    [429, "unavailable"],
    [500, "status"],
    [503, "unavailable"],
    [418, "status"],
  ] as const)("with %d has the code %s and the server's sentence", async (status, code) => {
    const error = await report(failure(status)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RunlessClientError);
    expect(error).toMatchObject({
      name: "RunlessClientError",
      code,
      status,
      message: `status ${status}`,
      failures: [],
    });
  });

  test("of several events says which ones are to blame", async () => {
    const errors = [{ index: 1, error: "no such type" }];
    const fetch = scripted([Response.json({ error: "1 event is wrong.", errors }, { status: 400 })]);
    const answer = testClient({ fetch }).reportRunlessAssetEvents([materialization("a"), materialization("b")]);
    await expect(answer).rejects.toMatchObject({ failures: [{ index: 1, message: "no such type" }] });
  });

  test("that a server really gives arrives with its sentence and the index", async () => {
    const client = testClient({ fetch: testServer().fetch });
    const future = materialization("a", { timestamp: Date.now() + 10 * 24 * 3600 * 1000 });
    const answer = client.reportRunlessAssetEvents([materialization("a"), future]);
    await expect(answer).rejects.toMatchObject({ code: "bad_request", failures: [{ index: 1 }] });
  });
});

describe("an answer that is not runless's", () => {
  test.each([
    ["a page with 404", new Response("<html>", { status: 404 }), "bad_answer"],
    ["a page with 403", new Response("<html>", { status: 403 }), "forbidden"],
    ["a page with 200", new Response("<html>"), "bad_answer"],
    ["other JSON with 200", Response.json({ hello: 1 }), "bad_answer"],
  ])("is named as such: %s", async (_, answer, code) => {
    await expect(report(answer)).rejects.toMatchObject({ code, status: answer.status });
  });

  test("with 404 does not mean that there is no asset", async () => {
    const fetch = scripted([new Response("Not Found", { status: 404 })]);
    await expect(testClient({ fetch }).hasAssetKey("a")).rejects.toMatchObject({ code: "bad_answer", status: 404 });
  });
});

describe("what is sent", () => {
  test("carries the token and the headers", async () => {
    const sent: RequestInit["headers"][] = [];
    const client = testClient({
      token: "secret",
      headers: { "x-team": "data" },
      fetch: (_, init) => {
        sent.push(init.headers);
        return Response.json({ id: 1, duplicate: false });
      },
    });
    await client.reportRunlessAssetEvent(materialization("a"));
    expect(sent).toEqual([{ "x-team": "data", authorization: "Bearer secret", "content-type": "application/json" }]);
  });

  test("goes below the path of the url", async () => {
    const fetch = scripted([Response.json({ assets: [], cursor: null, has_more: false })]);
    await testClient({ url: "https://host/behind/proxy/", fetch }).getAssetKeys();
    expect(fetch.calls).toEqual(["GET https://host/behind/proxy/api/v1/assets?limit=1000"]);
  });
});

test("a url that is none is refused at once", () => {
  expect(() => new RunlessClient({ url: "localhost:3000" })).toThrow("starts with http:// or https://");
  expect(() => new RunlessClient({ url: "" })).toThrow(TypeError);
});

test("a client that closes finishes what is under way and takes no more", async () => {
  const held = Promise.withResolvers<Response>();
  const client = testClient({ fetch: () => held.promise });
  const answer = client.reportRunlessAssetEvent(materialization("a"));
  const closed = client.close();
  await expect(client.hasAssetKey("a")).rejects.toMatchObject({ code: "closed" });
  held.resolve(Response.json({ id: 1, duplicate: false }));
  await closed;
  expect(await answer).toEqual({ id: 1, duplicate: false });
});
