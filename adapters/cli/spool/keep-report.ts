import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, processIdentity } from "./process-identity.ts";
import {
  makeFolder,
  mostSpoolBytes,
  namesIn,
  nextName,
  SpoolError,
  serverFolder,
  spoolBytes,
  syncFolder,
} from "./spool-folder.ts";
import { formatSpooled, type SpooledReport } from "./spooled-report.ts";

/**
 * Keeps a report for its server. Returns the path of its file once that is durable. A file with its final name is always
 * complete. Throws SpoolError if nothing was kept.
 */
export function keepReport(root: string, report: SpooledReport): string {
  const text = formatSpooled(report);
  try {
    assertSpace(root, Buffer.byteLength(text));
    const folder = serverFolder(root, report.url);
    makeFolder(folder);
    const name = nextName(folder, report.keptAt);
    writeDurably(folder, name, text);
    return join(folder, name);
  } catch (error) {
    if (error instanceof SpoolError) throw error;
    throw new SpoolError(`it can't be kept in ${root}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

function assertSpace(root: string, bytes: number): void {
  if (spoolBytes(root) + bytes <= mostSpoolBytes) return;
  throw new SpoolError(`the spool ${root} is full (${mostSpoolBytes >> 20} MB): runless flush empties it`);
}

/** Writes a file under a draft name, and renames it once all of it is on the disk. */
export function writeDurably(folder: string, name: string, text: string): void {
  const draft = join(folder, `${draftPrefix}${processIdentity()}.${name}`);
  const path = join(folder, name);
  try {
    const file = openSync(draft, "w", 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
    syncFolder(folder);
  } catch (error) {
    rmSync(draft, { force: true });
    rmSync(path, { force: true }); // nothing of it may be sent later, because the caller will report again
    throw error;
  }
}

const draftPrefix = ".draft-";

/** Removes drafts of processes that were killed. */
export function removeDrafts(folder: string): void {
  for (const name of namesIn(folder)) {
    const [, identity] = /^\.draft-(\d+-\d+)\./.exec(name) ?? [];
    if (identity !== undefined && !isAlive(identity)) rmSync(join(folder, name), { force: true });
  }
}
