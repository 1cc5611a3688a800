import { execFileSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import type { CommitLatency } from "./commit-latency.ts";
import type { Options } from "./options.ts";

// At the start: somebody may commit while it runs.
const commitAtStart = commitName();

/** What the figures depend on, one line each. */
export function environment(options: Options, commit: CommitLatency): readonly string[] {
  return [
    `${availableParallelism()} CPUs (${cpus()[0]?.model ?? "unknown"}), Bun ${Bun.version}, Node ${said("node", "--version").slice(1)}, commit ${commitAtStart}`,
    `Load from ${options.generator}, ${options.rounds} rounds of ${options.seconds} s after ${options.warmupSeconds} s of warm-up; medians, ratios pair by pair.`,
    `A bare commit of one row with WAL and synchronous=FULL: p50 ${commit.p50.toFixed(2)} ms, p99 ${commit.p99.toFixed(2)} ms.`,
  ];
}

function commitName(): string {
  const changed = said("git", "status", "--porcelain") === "" ? "" : " with changes";
  return `${said("git", "rev-parse", "--short", "HEAD")}${changed}`;
}

function said(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: "utf8", cwd: import.meta.dirname }).trim();
  } catch {
    return "unknown";
  }
}
