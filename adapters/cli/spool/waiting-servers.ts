import { join } from "node:path";
import { namesIn, readIfThere, waitingNames } from "./spool-folder.ts";
import { parseSpooled } from "./spooled-report.ts";

/** The servers that reports wait for, as their files name them. */
export function waitingServers(root: string): readonly string[] {
  const urls = new Set<string>();
  for (const folder of namesIn(root).map((name) => join(root, name))) {
    for (const name of waitingNames(folder)) {
      const text = readIfThere(join(folder, name));
      const report = text === undefined ? undefined : parseSpooled(text);
      if (report !== undefined) urls.add(report.url);
    }
  }
  return [...urls].sort();
}
