import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { programs, type RunningServer, runtimes, startServer, temporaryFolder } from "../../server.ts";

const repository = join(import.meta.dir, "../../..");
const script = `
  const client = new RunlessClient({ url: URL_OF_SERVER });
  const batcher = new EventBatcher(client);
  const first = batcher.report(materialization("from/" + WHERE, { metadata: { float: float(1) } }));
  await batcher.close();
  const latest = await client.getLatestMaterializationEvent("from/" + WHERE);
  report(JSON.stringify([(await first) === latest.id, latest.metadata.float]));
`;

async function bundle(where: string, url: string, output: string): Promise<string> {
  const folder = temporaryFolder();
  const entry = join(folder, "entry.ts");
  const imports = `import { EventBatcher, float, materialization, RunlessClient } from "${repository}/adapters/client.ts";`;
  const names = `const URL_OF_SERVER = ${JSON.stringify(url)}, WHERE = "${where}", report = ${output};`;
  await Bun.write(entry, `${imports}\n${names}\n(async () => {${script}})().catch((error) => report(String(error)));`);
  const { success, outputs, logs } = await Bun.build({
    entrypoints: [entry],
    target: "browser",
    format: "iife",
  });
  if (!success || outputs[0] === undefined) throw new AggregateError(logs, "the client can't be bundled");
  return outputs[0].text();
}

describe("the client bundled for a browser", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer("bun");
  });
  afterAll(() => server.stop());

  test("holds neither a Node module nor the storage", async () => {
    const text = await bundle("nowhere", server.url, "console.log");
    expect(text).not.toMatch(/node:|require\(|libsql|drizzle|process\.|Buffer|Bun\./);
  });

  test("runs where there is nothing but what browsers and workers have", async () => {
    const text = await bundle("web", server.url, "answer");
    const web = { fetch, URL, URLSearchParams, AbortController, TextEncoder, crypto, setTimeout, clearTimeout };
    const answer = await new Promise<string>((resolve) => {
      runInContext(text, createContext({ ...web, answer: resolve }));
    });
    expect(answer).toBe('[true,{"type":"float","rawValue":1}]');
  });

  test.each(runtimes.filter((runtime) => runtime === "deno"))("runs on %s", async () => {
    const file = join(temporaryFolder(), "client.js");
    await Bun.write(file, await bundle("deno", server.url, "console.log"));
    const { stdout, stderr } = spawnSync(programs.deno, ["run", "--no-config", "--allow-net=127.0.0.1", file], {
      encoding: "utf8",
      timeout: 20_000,
    });
    expect([stdout.trim(), stderr]).toEqual(['[true,{"type":"float","rawValue":1}]', ""]);
  });
});
