import { readFileSync } from "node:fs";
import { join } from "node:path";
import { namesIn, waitingNames } from "./spool-folder.ts";
import { parseSpooled } from "./spooled-report.ts";

/** The servers that reports wait for, as their files name them. */
export function waitingServers(root: string): readonly string[] {
  const urls = new Set<string>();
  for (const folder of namesIn(root).map((name) => join(root, name))) {
    for (const name of waitingNames(folder)) {
      const report = parseSpooled(readFileSync(join(folder, name), "utf8"));
      if (report !== undefined) urls.add(report.url);
    }
  }
  return [...urls].sort();
}
