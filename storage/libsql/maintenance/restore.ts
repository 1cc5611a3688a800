import { Buffer } from "node:buffer";
import { existsSync } from "node:fs";
import { chmod, chown, copyFile, link, open, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import Database from "libsql";
import { EventLogError } from "../../event-log-error.ts";
import { leftoverWalProblem } from "../file/leftover-wal.ts";
import { realFile } from "../file/opened-file.ts";
import { readOnly } from "../read/read-only.ts";
import { backUp, CopyError } from "./backup.ts";
import { hasEventLog } from "./has-event-log.ts";

interface Restored {
  readonly bytes: number;
  /** The new path of the database that was there before. Undefined if there was none. */
  readonly before: string | undefined;
  /** How many valid tokens the copy brought back. */
  readonly tokens: number;
}

/**
 * Replaces a database by a copy that `backUp` made, completely or not at all, and keeps the old one beside it. The copy
 * itself does not change: the new database gives ids far above it, and other ones each time. Rejects with CopyError if
 * a process has the database open or the new file can't be written, and with EventLogError if the copy is no event log.
 */
export async function restore(copy: string, target: string): Promise<Restored> {
  const [source, file] = [realFile(copy), realFile(target)];
  if (!existsSync(source)) throw new CopyError(`There is no file ${copy}.`);
  if (source === file) throw new CopyError(`${copy} is the database itself.`);
  const address = { url: urlOf(source) };
  if (!(await hasEventLog(address))) {
    throw new EventLogError("unusable_database", `There is no event log in ${copy}: no runless has written to it.`);
  }
  const tokens = await countTokens(source);
  const fresh = `${file}.restoring`;
  await rm(fresh, { force: true }); // left by a restore that was killed
  const bytes = await backUp(address, fresh);
  try {
    const before = existsSync(file) ? await putAside(file, target, fresh) : undefined;
    await rename(fresh, file);
    await flushFolder(file);
    return { bytes, before, tokens };
  } finally {
    await rm(fresh, { force: true });
  }
}

/** A path as a url for the driver, with any characters in it. */
function urlOf(file: string): string {
  return `file:${encodeURI(resolve(file)).replace(/[?#]/g, encodeURIComponent)}`;
}

/** Tokens that are not revoked. A copy of an early runless has no table of them. */
async function countTokens(file: string): Promise<number> {
  return readOnly({ url: urlOf(file) }, async (client) => {
    const tables = await client.execute("SELECT 1 FROM sqlite_schema WHERE name = 'token'");
    if (tables.rows.length === 0) return 0;
    const { rows } = await client.execute("SELECT count(*) AS count FROM token WHERE revoked_at IS NULL");
    return Number(rows[0]?.count);
  });
}

/**
 * Gives a database that no process has open a second name, with its whole content. Gives the new file its owner and
 * mode.
 */
async function putAside(file: string, named: string, fresh: string): Promise<string> {
  let aside = `${file}.before-restore`;
  for (let i = 2; existsSync(aside); i++) aside = `${file}.before-restore-${i}`;
  const isWhole = await closeDatabase(file, named, aside);
  const { mode, uid, gid } = await stat(file);
  await chmod(fresh, mode & 0o777);
  await chown(fresh, uid, gid).catch(() => {}); // only root may change the owner, and need not
  // Both names exist at once, so that there is a database at every moment.
  await link(file, aside).catch(() => rename(file, aside)); // some file systems have no links
  if (isWhole) return aside;
  // The WAL of a damaged database does not belong to the new file at this path.
  for (const part of ["-wal", "-shm"]) {
    if (existsSync(`${file}${part}`)) await rename(`${file}${part}`, `${aside}${part}`);
  }
  return aside;
}

/** As closeWithoutWal, which removes a WAL that SQLite can't read. Such a WAL is first copied beside `aside`. */
async function closeDatabase(file: string, named: string, aside: string): Promise<boolean> {
  // SQLite would remove the WAL of a file that is no database.
  if (!(await isDatabase(file))) return false;
  const hasUnreadWal = leftoverWalProblem(urlOf(file)) !== undefined;
  if (hasUnreadWal) await copyFile(`${file}-wal`, `${aside}-wal`);
  try {
    return closeWithoutWal(file, named);
  } catch (error) {
    if (hasUnreadWal) await rm(`${aside}-wal`);
    throw error;
  }
}

async function isDatabase(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    // SQLite reads an empty file as a database without tables.
    return bytesRead === 0 || buffer.toString("latin1") === "SQLite format 3\0";
  } finally {
    await handle.close();
  }
}

/**
 * Moves a database's write-ahead log into its file, which no other process may have open. False if it is too damaged.
 */
function closeWithoutWal(file: string, named: string): boolean {
  let database: InstanceType<typeof Database> | undefined;
  try {
    database = new Database(file, { timeout: 0 });
    database.exec("PRAGMA journal_mode = DELETE");
    return true;
  } catch (error) {
    const { code = "" } = error as { readonly code?: string }; // as the driver below throws them
    if (code === "SQLITE_BUSY" || code === "SQLITE_LOCKED") {
      const problem = `The database ${named} is open: a server or another command uses it`;
      throw new CopyError(`${problem}. Stop that, and start it again afterwards.`, { cause: error });
    }
    if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB") return false;
    throw error;
  } finally {
    database?.close();
  }
}

async function flushFolder(file: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(dirname(file), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
