import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * A new folder that goes away with the process, which a signal ends in order from now on. It is on the repository's
 * disk: the system's temporary folder may be in memory, where a commit costs nothing.
 */
export function benchFolder(name: string): string {
  const parent = join(import.meta.dirname, "../../node_modules/.cache");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `runless-${name}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
  return folder;
}
