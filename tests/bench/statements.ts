// What it costs to build statements with Drizzle instead of keeping their text: CPU of the process, by turns. Text is what
// the writer and most reads use; Drizzle builds those reads whose conditions depend on a filter. Option: --rounds 200.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { materialization } from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { openConnection } from "../../storage/libsql/connection.ts";
import { isVisible } from "../../storage/libsql/write/wiped-partition.ts";
import { benchFolder } from "./bench-folder.ts";
import { environment } from "./environment.ts";
import { markdownTable } from "./markdown-table.ts";
import { positive } from "./positive.ts";
import { median } from "./statistics.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "200" } } });
const rounds = positive("rounds", values.rounds);
const callsPerTurn = 50;

const url = `file:${join(benchFolder("statements"), "log.db")}`;
const log = await openEventLog({ url });
for (let i = 0; i < 100; i++) {
  const events = Array.from({ length: 10 }, (_, part) =>
    materialization(["bench", `asset_${i}`], { partition: `p${part}`, metadata: { rows: part } }),
  );
  await log.append([events.map((event) => ({ event }))]);
}
await log.close();
const client = await openConnection({ url });

const loading = process.cpuUsage();
const { and, eq, sql } = await import("drizzle-orm");
const { drizzle } = await import("drizzle-orm/libsql/http");
const { asset, event } = await import("../../storage/libsql/schema.ts");
const loaded = microseconds(loading) / 1000;

const database = drizzle(client);
const key = "bench\u0001asset_7";
const visible = sql.raw(isVisible("event"));
const columns = { id: event.id, key: asset.key, kind: event.kind, partition: event.partition, details: event.details };
const byId = (id: number | ReturnType<typeof sql.placeholder>) =>
  database
    .select(columns)
    .from(event)
    .innerJoin(asset, eq(asset.id, event.assetId))
    .where(and(eq(event.id, id), visible));
const byKey = (text: string | ReturnType<typeof sql.placeholder>) =>
  database.select({ id: asset.id }).from(asset).where(eq(asset.key, text));
const [preparedById, preparedByKey] = [byId(sql.placeholder("id")).prepare(), byKey(sql.placeholder("key")).prepare()];
const { sql: textById } = byId(500).toSQL();
const { sql: textByKey } = byKey(key).toSQL();

const questions = {
  "an event by its id": {
    text: () => client.execute({ sql: textById, args: [500] }),
    prepared: () => preparedById.all({ id: 500 }),
    built: () => byId(500).all(),
  },
  "an asset's id by its key": {
    text: () => client.execute({ sql: textByKey, args: [key] }),
    prepared: () => preparedByKey.all({ key }),
    built: () => byKey(key).all(),
  },
};

const rows: string[][] = [];
for (const [name, ways] of Object.entries(questions)) {
  const asks = Object.values(ways) as (() => Promise<unknown>)[]; // all are asked alike
  const costs = asks.map(() => [] as number[]);
  for (let round = -20; round < rounds; round++) {
    const order = round % 2 === 0 ? [...asks.keys()] : [...asks.keys()].reverse();
    for (const way of order) {
      const before = process.cpuUsage();
      for (let call = 0; call < callsPerTurn; call++) await asks[way]?.();
      if (round >= 0) costs[way]?.push(microseconds(before) / callsPerTurn);
    }
  }
  const medians = costs.map(median);
  rows.push([name, ...medians.map((cost) => cost.toFixed(1)), ((medians[2] ?? 0) / (medians[0] ?? 1)).toFixed(2)]);
}
client.close();

console.log(`
In µs of CPU for one call, median of ${rounds} turns of ${callsPerTurn} calls. To load Drizzle and the schema takes ${loaded.toFixed(0)} ms once.

${markdownTable(
  ["read", "text", "Drizzle, prepared", "Drizzle, built", "built / text"].map((name, i) => ({ name, isText: i === 0 })),
  rows,
)}

${environment()}`);

function microseconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
