import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runCli } from "../adapters/cli/run-cli.ts";
import { readStream } from "../read-stream.ts";
import { type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";

setDefaultTimeout(60_000);

const secretOf = (name: string) => `the-secret-of-${name}`;
const RUNLESS_TOKENS = ["nightly:report", "spark:report", "reader:read", "boss:admin"]
  .map((token) => `${token}=${secretOf(token.split(":")[0] ?? "")}`)
  .join(" ");
const bearer = (name: string) => ({ authorization: `Bearer ${secretOf(name)}` });
const json = { "content-type": "application/json" };
const ndjson = { "content-type": "application/x-ndjson" };
const lines = { accept: "application/x-ndjson" };
const materializationOf = (key: string, fields: object = {}) => ({
  ...{ type: "ASSET_MATERIALIZATION", asset_key: key },
  ...fields,
});

describe.each([...runtimes])("the %s server", (runtime) => {
  let server: RunningServer;
  const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
  beforeAll(async () => {
    server = await startServer(runtime, { databaseUrl, env: { RUNLESS_TOKENS } });
  });
  afterAll(async () => void (await server.stop()));

  async function post(path: string, headers: Readonly<Record<string, string>>, body: string | Uint8Array<ArrayBuffer>) {
    const answer = await fetch(`${server.url}${path}`, { method: "POST", headers, body });
    expect([answer.status, await answer.text()]).toEqual([200, expect.not.stringContaining("reported_by")]);
  }
  const get = async (name: string, path: string, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await fetch(`${server.url}${path}`, { headers: { ...bearer(name), ...headers } });
    expect(answer.status).toBe(200);
    return answer.text();
  };
  /** Who reported the events of an asset, oldest first, as this caller is told. */
  const reportersOf = async (key: string, name = "boss") => {
    const { events } = JSON.parse(await get(name, `/api/v1/events?order=asc&limit=1000&asset_key=${key}`));
    return events.map(({ reported_by: reporter = null }) => reporter);
  };

  test("records who reported, small or large, alone or in lines, on each of its threads", async () => {
    const text = Array.from({ length: 40_000 }, (_, i) => i).join(" ");
    const large = { metadata: { text } };
    const body = JSON.stringify(large);
    const path = "/report_asset_materialization/a";
    await post(path, { ...json, ...bearer("nightly") }, '{"metadata":{"rows":5}}');
    await post(path, { ...json, "dagster-cloud-api-token": secretOf("spark") }, "{}");
    await post(path, { ...json, ...bearer("spark") }, body);
    await post(path, { ...json, ...bearer("nightly"), "content-encoding": "gzip" }, new Uint8Array(gzipSync(body)));
    const events = "/api/v1/events";
    await post(events, { ...json, ...bearer("spark") }, JSON.stringify(materializationOf("a")));
    const many = JSON.stringify(materializationOf("a", { partitions: ["p", "q"], ...large }));
    await post(events, { ...json, ...bearer("nightly") }, many);
    await post(
      events,
      { ...ndjson, ...bearer("spark") },
      `${JSON.stringify(materializationOf("a"))}\n${JSON.stringify(materializationOf("a", large))}\n`,
    );
    const expected = ["nightly", "spark", "spark", "nightly", "spark", "nightly", "nightly", "spark", "spark"];
    expect(await reportersOf("a")).toEqual(expected);
    expect(await reportersOf("a", "reader")).toEqual(expected.map(() => null));
  });

  test("keeps apart who reports at the same time", async () => {
    const names = ["nightly", "spark", "boss"];
    await Promise.all(
      Array.from({ length: 150 }, (_, i) => {
        const name = names[i % 3] ?? "";
        const large = i % 5 === 0 ? { metadata: { text: "x".repeat(70_000) } } : {}; // by the other thread
        const fields = i % 2 === 0 ? large : { idempotency_key: String(i), ...large };
        const body = JSON.stringify(materializationOf("at/once", { ...fields, description: name }));
        return post("/api/v1/events", { ...json, ...bearer(name) }, body);
      }),
    );
    const { events } = JSON.parse(await get("boss", "/api/v1/events?limit=1000&asset_key=at/once"));
    expect(events).toHaveLength(150);
    for (const { description, reported_by: reporter } of events) expect(reporter).toBe(description);
  });

  test("tells admins alone: by pages, one by one, as a stream, on the event's page and in exports that ask", async () => {
    await post("/report_asset_materialization/told", { ...json, ...bearer("nightly") }, "{}");
    const [{ id }] = JSON.parse(await get("boss", "/api/v1/events?asset_key=told")).events;
    const answers = async (name: string) => {
      const stream = await fetch(`${server.url}/api/v1/events/stream?after=${id - 1}`, { headers: bearer(name) });
      const texts: (string | undefined)[] = [];
      for await (const { event, data } of readStream(stream)) {
        if (event?.startsWith("ASSET_") !== true) continue;
        texts.push(data);
        break;
      }
      texts.push(await get(name, `/api/v1/events/${id}`));
      const signIn = await fetch(`${server.url}/sign-in`, {
        method: "POST",
        redirect: "manual",
        headers: { origin: server.url, "sec-fetch-site": "same-origin" },
        body: new URLSearchParams({ token: secretOf(name) }),
      });
      const cookie = signIn.headers.get("set-cookie")?.split(";")[0] ?? "";
      for (const path of [`/events/${id}`, `/event.json?id=${id}`]) {
        texts.push(await (await fetch(`${server.url}${path}`, { headers: { cookie } })).text());
      }
      return texts.map((text) => text?.includes("nightly"));
    };
    expect(await answers("boss")).toEqual([true, true, true, true]);
    expect(await answers("reader")).toEqual([false, false, false, false]);
    expect(await get("boss", "/api/v1/events?asset_key=told", lines)).not.toContain("nightly");
    const asked = await get("boss", "/api/v1/events?asset_key=told&reporters=true", lines);
    expect(JSON.parse(asked)).toMatchObject({ id, reported_by: "nightly" });
  });

  test("runless export leaves it out, and with --reporters gives it to admins", async () => {
    await post("/report_asset_materialization/exported", { ...json, ...bearer("nightly") }, "{}");
    const run = (name: string, ...args: readonly string[]) => {
      const env = { RUNLESS_URL: server.url, RUNLESS_TOKEN: secretOf(name) };
      return runCli(["export", "--asset-key", "exported", ...args], { env, runtime });
    };
    expect((await run("boss")).stdout).not.toContain("reported_by");
    const { stdout } = await run("boss", "--reporters");
    expect(JSON.parse(stdout)).toMatchObject({ asset_key: ["exported"], reported_by: "nightly" });
    expect(await run("reader", "--reporters")).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: expect.stringContaining("The parameter reporters needs the scope admin"),
    });
    const inFile = await runCli(["export", "--reporters", "--database-url", databaseUrl, "--asset-key", "exported"]);
    expect(inFile.stdout).toBe(stdout);

    const copy = `file:${join(temporaryFolder(), "copy.db")}`;
    const imported = await runCli(["import", "-", "--database-url", copy, "--create"], { input: stdout });
    expect(imported).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(" 1 recorded, 0 recorded before") });
    const again = await runCli(["export", "--reporters", "--database-url", copy]);
    expect(again.stdout).toContain('"exported"');
    expect(again.stdout).not.toContain("reported_by");
  });

  test("tells what was recorded after a restart without tokens, to everybody", async () => {
    await post("/report_asset_materialization/kept", { ...json, ...bearer("nightly") }, "{}");
    await server.stop();
    server = await startServer(runtime, { databaseUrl });
    expect(await reportersOf("kept")).toEqual(["nightly"]);
    await post("/report_asset_materialization/kept", { ...json, ...bearer("nightly") }, "{}");
    expect(await reportersOf("kept")).toEqual(["nightly", null]);
  });
});
