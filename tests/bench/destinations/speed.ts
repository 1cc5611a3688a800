import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { materialization } from "../../../core/index.ts";
import { openStores } from "../../../storage/index.ts";
import { DagsterInstance } from "../../external/dagster-instance.ts";
import { markdownTable } from "../markdown-table.ts";
import { processCpu } from "../thread-cpu.ts";
import { hookTo, ReceiverProcess, Serving, until } from "./serving.ts";

const events = 10_000;
const eventsForDagster = 200;
const rounds = 3;
const assets = 200;

interface Speed {
  readonly perSecond: number;
  readonly cpuMilliseconds: number;
}

/** How fast a fast receiver and a real Dagster are told, beside a plain client, by turns. As a Markdown table. */
export async function measureSpeed(folder: string, withDagster: boolean): Promise<string> {
  const rows: (readonly string[])[] = [];
  for (let round = 1; round <= rounds; round++) {
    const ours = await tellReceiver(folder, round);
    const plain = await postPlainly(folder, round);
    rows.push(row(`webhook, round ${round}`, ours, plain));
  }
  if (withDagster) rows.push(row("Dagster on SQLite", ...(await tellDagster(folder))));
  const names = ["receiver", "runless: events/s", "CPU ms each", "plain client: events/s", "CPU ms each", "ratio"];
  return markdownTable(
    names.map((name, i) => ({ name, isText: i === 0 })),
    rows,
  );
}

function row(name: string, ours: Speed, plain: Speed): readonly string[] {
  const speed = ({ perSecond, cpuMilliseconds }: Speed) => [perSecond.toFixed(0), cpuMilliseconds.toFixed(2)];
  return [name, ...speed(ours), ...speed(plain), (ours.perSecond / plain.perSecond).toFixed(2)];
}

async function fill(folder: string, count: number): Promise<void> {
  const { log } = await openStores({ url: `file:${join(folder, "runless.db")}` });
  const all = Array.from({ length: count }, (_, i) =>
    materialization(`speed/${i % assets}`, { metadata: { rows: i } }),
  );
  for (let i = 0; i < count; i += 1000) await log.append(all.slice(i, i + 1000).map((event) => [{ event }]));
  await log.close();
}

async function tellReceiver(parent: string, round: number): Promise<Speed> {
  const folder = newFolder(parent, `hook-${round}`);
  await fill(folder, events);
  const receiver = await ReceiverProcess.start(folder, 0);
  const began = performance.now();
  const server = await Serving.start(folder, [hookTo(receiver.port, { from: "start" })]);
  await until(() => receiver.count() >= events, 600, "not all events have arrived.");
  const seconds = (performance.now() - began) / 1000;
  const cpu = processCpu(server.pid);
  await server.stop();
  await receiver.kill();
  return { perSecond: events / seconds, cpuMilliseconds: (cpu * 1000) / events };
}

async function postPlainly(parent: string, round: number): Promise<Speed> {
  const folder = newFolder(parent, `plain-${round}`);
  const receiver = await ReceiverProcess.start(folder, 0);
  const file = join(folder, "body.json");
  const event = {
    id: 1,
    type: "ASSET_MATERIALIZATION",
    asset_key: ["speed", "1"],
    metadata: { rows: { type: "int", raw_value: 1 } },
  };
  writeFileSync(file, JSON.stringify({ type: "asset.materialized", data: { event } }));
  const speed = await runPlain(`http://127.0.0.1:${receiver.port}/hook`, events, file);
  await receiver.kill();
  return speed;
}

async function tellDagster(parent: string): Promise<readonly [Speed, Speed]> {
  const folder = newFolder(parent, "dagster");
  await fill(folder, eventsForDagster);
  const dagster = await DagsterInstance.start();
  const began = performance.now();
  const server = await Serving.start(folder, [
    { name: "dagster", type: "dagster", url: dagster.url, allow_private: true, from: "start" },
  ]);
  await until(() => dagster.marks().length >= eventsForDagster, 600, "Dagster has not all events.");
  const seconds = (performance.now() - began) / 1000;
  const cpu = processCpu(server.pid);
  await server.stop();
  const file = join(folder, "body.json");
  writeFileSync(file, JSON.stringify({ asset_key: ["speed", "plain"], metadata: { rows: 1 } }));
  const plain = await runPlain(`${dagster.url}/report_asset_materialization/`, eventsForDagster, file);
  await dagster.stop();
  return [{ perSecond: eventsForDagster / seconds, cpuMilliseconds: (cpu * 1000) / eventsForDagster }, plain];
}

async function runPlain(url: string, count: number, file: string): Promise<Speed> {
  const program = join(import.meta.dirname, "plain-client.mjs");
  const child = spawn("node", [program, url, String(count), file], { stdio: ["ignore", "pipe", "inherit"] });
  const { seconds, cpuSeconds } = JSON.parse(await text(child.stdout)) as { seconds: number; cpuSeconds: number }; // as it prints
  return { perSecond: count / seconds, cpuMilliseconds: (cpuSeconds * 1000) / count };
}

function newFolder(parent: string, name: string): string {
  const folder = join(parent, name);
  mkdirSync(folder);
  return folder;
}
