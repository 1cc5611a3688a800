import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { createClient } from "@libsql/client";
import { median, percentile } from "./statistics.ts";

export interface CommitLatency {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const commits = 2_000;

/** What a folder's disk allows: how long a commit of one row with WAL and synchronous=FULL takes, with nothing else going on. */
export async function measureCommits(parent: string): Promise<CommitLatency> {
  return commitWhile(parent, (done) => done < commits);
}

/** The same, on a machine that is busy until the work ends. */
export async function measureCommitsDuring(work: Promise<unknown>, parent: string): Promise<CommitLatency> {
  let isBusy = true;
  const ended = work.finally(() => {
    isBusy = false;
  });
  const [latency] = await Promise.all([commitWhile(parent, () => isBusy), ended]);
  return latency;
}

async function commitWhile(parent: string, goesOn: (done: number) => boolean): Promise<CommitLatency> {
  const folder = mkdtempSync(join(parent, "commits-"));
  const client = createClient({ url: `file:${join(folder, "commits.db")}`, concurrency: 1 });
  await client.execute("PRAGMA journal_mode=WAL");
  await client.execute("PRAGMA synchronous=FULL");
  const synchronous = (await client.execute("PRAGMA synchronous")).rows[0]?.synchronous;
  if (synchronous !== 2) throw new Error(`synchronous is ${synchronous}, not 2 (FULL).`);
  await client.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, body TEXT)");
  const latencies: number[] = [];
  const body = "x".repeat(300);
  while (goesOn(latencies.length)) {
    const started = performance.now();
    await client.execute({ sql: "INSERT INTO event (body) VALUES (?)", args: [body] });
    latencies.push(performance.now() - started);
    await setImmediate(); // the driver is synchronous, and would not let the end of the work be heard
  }
  const kept = (await client.execute("SELECT count(*) AS kept FROM event")).rows[0]?.kept;
  client.close();
  rmSync(folder, { recursive: true });
  if (kept !== latencies.length) throw new Error(`${kept} of ${latencies.length} commits were kept.`);
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}

/** Of measurements at several times of a run. */
export function medianLatency(latencies: readonly CommitLatency[]): CommitLatency {
  return { p50: median(latencies.map(({ p50 }) => p50)), p99: median(latencies.map(({ p99 }) => p99)) };
}
