import { readdirSync, readFileSync } from "node:fs";

export interface ProcessStatus {
  /** Bytes. */
  readonly resident: number;
  readonly descriptors: number;
}

/** What a process takes, from Linux's own accounts. */
export function processStatus(pid: number): ProcessStatus {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const resident = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
  return { resident, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}
