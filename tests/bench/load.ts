import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Load } from "./requests.ts";

export type Generator = "autocannon" | "wrk";
/** autocannon takes more of the machine than the servers do, and flatters the slower ones by that. */
export const defaultGenerator: Generator = Bun.which("wrk") === null ? "autocannon" : "wrk";

export interface Measurement {
  /** 2xx answers, those of the warm-up too. */
  readonly acknowledged: number;
  /** Other answers and broken connections. */
  readonly failed: number;
  /** 2xx answers only, as are the latencies, in milliseconds; null without any. */
  readonly perSecond: number;
  readonly p50: number | null;
  readonly p99: number | null;
}

export interface LoadSettings {
  readonly generator: Generator;
  readonly connections: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
}

const run = promisify(execFile);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Loads a server from a process of its own, so that the generator's work is not the server's. */
export async function measure(url: string, load: Load, settings: LoadSettings): Promise<Measurement> {
  return settings.generator === "wrk" ? measureByWrk(url, load, settings) : measureByAutocannon(url, load, settings);
}

async function measureByAutocannon(url: string, load: Load, settings: LoadSettings): Promise<Measurement> {
  const order = JSON.stringify({ url, file: load.file, ...settings });
  // With the default young generation, 50,000 requests in memory cost autocannon pauses of 5 ms, which are no server's.
  const { stdout } = await run("node", ["--max-semi-space-size=64", here("load-autocannon.mjs"), order]);
  return JSON.parse(stdout);
}

async function measureByWrk(url: string, load: Load, settings: LoadSettings): Promise<Measurement> {
  const warmup =
    settings.warmupSeconds > 0 ? await wrk(url, load, settings.connections, settings.warmupSeconds) : undefined;
  const measured = await wrk(url, load, settings.connections, settings.seconds);
  return { ...measured, acknowledged: measured.acknowledged + (warmup?.acknowledged ?? 0) };
}

async function wrk(url: string, load: Load, connections: number, seconds: number): Promise<Measurement> {
  // wrk knows whole seconds only.
  const duration = `${Math.max(1, Math.round(seconds))}s`;
  const script = here("load-wrk.lua");
  const args = ["-t", "1", "-c", String(connections), "-d", duration, "-s", script, url, "--", load.file];
  const { stdout } = await run("wrk", args);
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  if (line === undefined) throw new Error(`wrk did not say what it measured:\n${stdout}`);
  return JSON.parse(line);
}
