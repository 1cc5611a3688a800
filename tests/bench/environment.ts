import { execFileSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";

// At the start: somebody may commit while it runs.
const commitAtStart = commitName(import.meta.dirname);

/** What every figure depends on, in one line. */
export function environment(): string {
  return `${availableParallelism()} CPUs (${cpus()[0]?.model ?? "unknown"}), Bun ${Bun.version}, Node ${said("node", "--version").slice(1)}, commit ${commitAtStart}`;
}

/** Of the checkout that a folder belongs to. */
export function commitName(folder: string): string {
  const git = (...args: string[]) => said("git", "-C", folder, ...args);
  return `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain") === "" ? "" : " with changes"}`;
}

function said(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}
