import { execFileSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";

// At the start: somebody may commit while it runs.
const commitAtStart = commitName();

/** What every figure depends on, in one line. */
export function environment(): string {
  return `${availableParallelism()} CPUs (${cpus()[0]?.model ?? "unknown"}), Bun ${Bun.version}, Node ${said("node", "--version").slice(1)}, commit ${commitAtStart}`;
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
