import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import * as v from "valibot";
import { openEventLog } from "../../storage/index.ts";
import { readAll } from "../../storage/testing/event-log/harness.ts";
import type { StandIn } from "../remote/stand-in.ts";
import { emptyDatabase, newStandIn, type RemoteAddress, realDatabase } from "../remote/test-database.ts";

const folder = join(import.meta.dir, "../../examples/worker");
const wranglerSchema = v.object({
  main: v.string(),
  compatibility_date: v.string(),
  compatibility_flags: v.array(v.string()),
  vars: v.object({ RUNLESS_DATABASE_URL: v.string() }),
});

describe("the example of a Cloudflare Worker, with the core and a remote event log", () => {
  let standIn: StandIn | undefined;
  let address: RemoteAddress;
  let worker: Miniflare;
  let bundle = "";
  beforeAll(async () => {
    const real = realDatabase();
    standIn = real === undefined ? await newStandIn({ token: "secret" }) : undefined;
    address = real ?? { url: standIn?.url ?? "", authToken: "secret" };
    await emptyDatabase(address);
    const config = v.parse(wranglerSchema, Bun.TOML.parse(await Bun.file(join(folder, "wrangler.toml")).text()));
    bundle = await bundled(join(folder, config.main));
    worker = new Miniflare({
      modules: [{ type: "ESModule", path: "worker.js", contents: bundle }],
      compatibilityDate: config.compatibility_date,
      compatibilityFlags: config.compatibility_flags,
      bindings: { RUNLESS_DATABASE_URL: address.url, RUNLESS_DATABASE_AUTH_TOKEN: address.authToken ?? "" },
    });
    await worker.ready;
  }, 60_000);
  afterAll(async () => {
    await worker.dispose();
    await standIn?.close();
  });

  test("takes reports, with idempotency keys, and what it has acknowledged is in the database", async () => {
    const target = "http://worker/report_asset_materialization/warehouse/orders?partition=2026-11-23";
    const headers = { "content-type": "application/json", "idempotency-key": "k" };
    const report = { method: "POST", body: '{"metadata": {"rows": 5.0}}', headers };
    const answers = await Promise.all([1, 2].map(() => worker.dispatchFetch(target, report)));
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    expect(bodies).toContainEqual({ id: 1, duplicate: false });
    expect(bodies).toContainEqual({ id: 1, duplicate: true });
    const log = await openEventLog(address);
    expect(await readAll(log)).toMatchObject([
      {
        id: 1,
        assetKey: ["warehouse", "orders"],
        partition: "2026-11-23",
        metadata: { rows: { type: "float", rawValue: 5 } },
      },
    ]);
    await log.close();
  });

  test.each([
    ["/report_asset_materialization", "{}", "asset key"],
    ["/report_asset_materialization/a", "{", "Error parsing the body as JSON"],
    ["/api/v1/events", "{}", "The path must name one of"],
  ])("refuses what the core refuses: %s with %s", async (path, body, sentence) => {
    const headers = { "content-type": "application/json" };
    const answer = await worker.dispatchFetch(`http://worker${path}`, { method: "POST", headers, body });
    expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringContaining(sentence) }]);
  });

  test("loads neither threads nor the driver of files", () => {
    expect(bundle).not.toMatch(/^import .*node:worker_threads/m);
    expect(bundle).not.toContain("@neon-rs");
  });
});

/** One module, as wrangler makes it of a Worker: with the conditions of its runtime, and Node's modules left out. */
async function bundled(file: string): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: [file],
    target: "browser",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*"],
  });
  return (await outputs[0]?.text()) ?? "";
}
