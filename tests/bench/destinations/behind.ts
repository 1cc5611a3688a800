import { join } from "node:path";
import { fillFile } from "../fill-log.ts";
import { markdownTable } from "../markdown-table.ts";
import { processStatus } from "../process-status.ts";
import { median, percentile } from "../statistics.ts";
import { hookTo, ReceiverProcess, Serving, until } from "./serving.ts";

const events = 1_000_000;
const turns = 5;
const turnSeconds = 12;
const every = 5;

/** Reports' p99 while a destination is a million events behind, and while it is paused, by turns. As a Markdown table. */
export async function measureBehind(folder: string): Promise<string> {
  await fillFile(join(folder, "runless.db"), events);
  const receiver = await ReceiverProcess.start(folder, 0);
  const server = await Serving.start(folder, [hookTo(receiver.port, { from: "start" })]);
  await until(() => receiver.count() > 100, 60, "nothing arrives.");
  const rows: (readonly string[])[] = [];
  const ratios: number[] = [];
  for (let turn = 1; turn <= turns; turn++) {
    await ask(server, "pause");
    const alone = await reportFor(server);
    await ask(server, "resume");
    const before = receiver.count();
    const beside = await reportFor(server);
    const told = (receiver.count() - before) / turnSeconds;
    ratios.push(beside / alone);
    const megabytes = processStatus(server.pid).resident / 1e6;
    rows.push([
      String(turn),
      alone.toFixed(1),
      beside.toFixed(1),
      (beside / alone).toFixed(2),
      told.toFixed(0),
      megabytes.toFixed(0),
    ]);
  }
  rows.push(["median", "", "", median(ratios).toFixed(2), "", ""]);
  await server.stop();
  await receiver.kill();
  const names = ["turn", "p99 ms, paused", "p99 ms, catching up", "ratio", "told/s", "memory MB"];
  return markdownTable(
    names.map((name) => ({ name })),
    rows,
  );
}

async function ask(server: Serving, action: "pause" | "resume"): Promise<void> {
  await server.ask(`/api/v1/destinations/hook/${action}`, { method: "POST" });
  const status = action === "pause" ? "paused" : "active";
  await until(
    async () => (await (await server.ask("/api/v1/destinations"))?.text())?.includes(`"status":"${status}"`) === true,
    30,
    `it is not ${status}.`,
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
}

async function reportFor(server: Serving): Promise<number> {
  const latencies: number[] = [];
  for (const end = performance.now() + turnSeconds * 1000; performance.now() < end; ) {
    const began = performance.now();
    await server.report("bench/single");
    latencies.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  return percentile(latencies, 0.99);
}
