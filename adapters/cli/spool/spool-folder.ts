import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/** The most bytes of all files in the spool, including refused reports. */
export const mostSpoolBytes = 64 * 2 ** 20;

export const refusedFolderName = "refused";

/** A report could not be kept: the spool is full, or its folder can't be written. */
export class SpoolError extends Error {
  override readonly name = "SpoolError";
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the spool, in the user's state directory (XDG base directory specification). */
export function spoolRoot(env: Environment = process.env): string {
  const given = env.XDG_STATE_HOME;
  const state = given !== undefined && isAbsolute(given) ? given : join(home(), ".local", "state");
  return join(state, "runless", "spool");
}

function home(): string {
  try {
    return homedir();
  } catch (cause) {
    throw new SpoolError("it can't be kept, since this user has no home directory: set XDG_STATE_HOME", { cause });
  }
}

/** The folder of the reports to one server. Its name is the server's URL, as `http%3A%2F%2F127.0.0.1%3A3000`. */
export function serverFolder(root: string, url: string): string {
  return join(root, encodeURIComponent(url).slice(0, longestName));
}

// File systems allow 255 bytes. Longer URLs may share a folder, and each file holds its own URL.
const longestName = 240;

/** The names of the reports that wait in a server's folder, oldest first. Empty if there is no such folder. */
export function waitingNames(folder: string): readonly string[] {
  return namesIn(folder)
    .filter((name) => reportName.test(name))
    .sort();
}

const reportName = /^\d{15}-[\da-f]{8}\.json$/;

/**
 * A name that sorts after all waiting reports: by the time, or by the newest of them if the clock was set back. Two
 * processes never get the same name.
 */
export function nextName(folder: string, now: number): string {
  const newest = Number(waitingNames(folder).at(-1)?.slice(0, 15) ?? 0);
  const stamp = String(Math.max(now, newest + 1)).padStart(15, "0");
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return `${stamp}-${random.toString(16).padStart(8, "0")}.json`;
}

/** The size of the files of all servers. */
export function spoolBytes(root: string): number {
  const folders = namesIn(root).flatMap((name) => [join(root, name), join(root, name, refusedFolderName)]);
  const files = folders.flatMap((folder) => namesIn(folder).map((name) => join(folder, name)));
  return files.reduce((sum, file) => {
    const found = statSync(file, { throwIfNoEntry: false }); // another process may have sent it meanwhile
    return sum + (found?.isFile() ? found.size : 0);
  }, 0);
}

export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // readdirSync throws no other type
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

/** The text of a file; undefined if another process has sent or removed it meanwhile. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // readFileSync throws no other type
    throw error;
  }
}

/** Makes a folder that only this user may read. It is durable, and so are the parents that had to be made. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made));
}

/** Makes changes in a folder durable: files that were created, renamed or removed. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return; // Windows can't open folders
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
