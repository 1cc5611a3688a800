import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { RunlessClient } from "../../adapters/client.ts";
import { materialization } from "../../core/index.ts";
import { readStream } from "../read-stream.ts";
import { programs } from "../server.ts";

describe.each(["", "/runless"])("in Express, at %p, an app", (prefix) => {
  let server: ChildProcess;
  let url = "";
  beforeAll(async () => {
    const child = spawn(programs.node, [join(import.meta.dir, "express-server.mjs")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    server = child;
    const [port] = await once(child.stdout, "data");
    url = `http://127.0.0.1:${Number(port)}${prefix}`;
  });
  afterAll(() => void server.kill());

  test("records reports, and answers what is asked", async () => {
    const headers = { "content-type": "application/json" };
    const report = await fetch(`${url}/report_asset_materialization/warehouse/orders%2Fnew?partition=p`, {
      method: "POST",
      headers,
      body: JSON.stringify({ metadata: { text: "x".repeat(1_000_000) } }),
    });
    expect([report.status, await report.text()]).toEqual([200, "{}"]);
    const client = new RunlessClient({ url });
    const latest = await client.getLatestMaterializationEvent(["warehouse", "orders", "new"]);
    expect(latest).toMatchObject({ id: 1, partition: "p" });
    expect(await (await fetch(`${url}/ready`)).json()).toEqual({ ready: true });
    expect((await fetch(`${url}/api/v1/none`)).status).toBe(404);
  });

  test("streams events as they come", async () => {
    const response = await fetch(`${url}/api/v1/events/stream?asset_key=streamed`);
    const client = new RunlessClient({ url });
    for await (const { event } of readStream(response)) {
      if (event === "ASSET_MATERIALIZATION") break;
      await client.reportRunlessAssetEvent(materialization("streamed"));
    }
  });

  test("leaves the program's own routes alone", async () => {
    const { origin } = new URL(url);
    expect(await (await fetch(`${origin}/mine`)).json()).toEqual({ mine: true });
  });
});
