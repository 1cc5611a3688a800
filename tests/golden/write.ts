import { existsSync, rmSync } from "node:fs";
import { createClient } from "@libsql/client";
import { parseDefinitions } from "../../core/definitions/index.ts";
import { checkEvaluation, float, int, materialization, observation } from "../../core/index.ts";
import { openStores } from "../../storage/index.ts";
import { migrations } from "../../storage/libsql/migrations/migrations.ts";
import { destinationRow, newDelivery } from "../contracts/sending.ts";

const path = new URL(`version-${migrations.length}.db`, import.meta.url).pathname;
if (existsSync(path)) throw new Error(`${path} is there already. A golden file is never written again.`);

const { log, definitions, sending } = await openStores({ url: `file:${path}`, now: () => Date.UTC(2026, 10, 23) });
const orders = ["warehouse", "orders"];
await log.append([
  [
    {
      event: materialization(orders, {
        partition: "2026-11-23",
        dataVersion: "v1",
        description: "nightly",
        metadata: { rows: 5, share: float(1), big: int(2n ** 70n), nested: { list: [float(1), null, "x"] } },
      }),
      idempotencyKey: "nightly-2026-11-23",
    },
    { event: observation(orders, { metadata: { freshness: Number.NaN } }) },
    { event: checkEvaluation(orders, { checkName: "no_nulls", passed: false, severity: "WARN" }) },
    { event: materialization(["warehouse", "café", "\u0000"], { timestamp: 0 }) },
  ],
]);
await definitions.replace(
  "team-a",
  parseDefinitions(`
assets:
  - key: warehouse/orders
    tags: { tier: gold }
    partitions: { type: daily, start: "2026-01-01" }
    freshness: { type: cron, deadline_cron: "0 6 * * 1-5", lower_bound_delta: 6h }
  - prefix: warehouse
`),
);
const fence = await sending.takeLease({ holder: "one", fileHash: "hash" }, await sending.lease());
await sending.commit(fence ?? 0, {
  destinations: [destinationRow("loader", { eventCursor: 3 })],
  queued: [
    newDelivery("loader", "msg_1"),
    newDelivery("loader", "msg_2", { status: "dead", endedAt: 1, answer: "410" }),
  ],
});
await sending.request({ action: "pause", destination: "loader", argument: null, option: null });
await log.close();

const client = createClient({ url: `file:${path}`, concurrency: 1 });
await client.execute("PRAGMA wal_checkpoint(TRUNCATE)");
client.close();
for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
