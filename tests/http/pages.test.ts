import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { sessionOf } from "../../adapters/config/token-format.ts";
import { readStream } from "../read-stream.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";

const secret = "a-secret-of-some-length";

describe.each([...runtimes])("the pages on %s", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime, { env: { RUNLESS_TOKENS: `me:admin=${secret}` } });
  });
  afterAll(() => server.stop());

  const get = (path: string, headers = {}) => fetch(server.url + path, { redirect: "manual", headers });
  const send = (path: string, form: Readonly<Record<string, string>>, headers = {}) =>
    fetch(server.url + path, {
      method: "POST",
      redirect: "manual",
      headers: { origin: server.url, ...headers },
      body: new URLSearchParams(form),
    });

  test("are for those who sign in, live, and wipe", async () => {
    const authorization = `Bearer ${secret}`;
    const report = { method: "POST", headers: { authorization } };
    await fetch(`${server.url}/report_asset_materialization/a%2Fb`, report);
    const closed = await get("/assets/a/b");
    expect([closed.status, closed.headers.get("location")]).toEqual([303, "/sign-in?next=%2Fassets%2Fa%2Fb"]);
    expect(await (await get("/sign-in")).text()).toContain("Sign in");
    const signedIn = await send("/sign-in", { token: secret, next: "/assets/a/b" });
    expect([signedIn.status, signedIn.headers.get("location")]).toEqual([303, "/assets/a/b"]);
    const headers = { cookie: signedIn.headers.get("set-cookie")?.split(";")[0] ?? "" };
    expect(headers.cookie).toBe(`runless${server.port}=${sessionOf(secret)}`);

    const page = await get("/assets/a/b", headers);
    expect([page.status, page.headers.get("content-encoding")]).toEqual([200, "br"]);
    const html = await page.text();
    const [script = ""] = /\/static\/[^"]+\/page\.js/.exec(html) ?? [];
    expect(await (await get(script)).text()).toContain("EventSource");
    const stream = /data-stream="([^"]+)"/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const heard = await get(stream, headers);
    await fetch(`${server.url}/report_asset_observation/a/b`, report);
    for await (const { event } of readStream(heard)) if (event === "ASSET_OBSERVATION") break;

    const wipe = await send("/wipe?asset_key=a/b", { word: "a/b" }, headers);
    expect([wipe.status, wipe.headers.get("location")]).toEqual([303, "/"]);
    expect((await get("/assets/a/b", headers)).status).toBe(404);
  });
});
