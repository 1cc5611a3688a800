import { renameSync, type Stats } from "node:fs";
import { resolve } from "node:path";
import { EventLogError } from "../../event-log-error.ts";
import type { FileTrouble, OnFileTrouble } from "../libsql-options.ts";
import { lostFile } from "../store-error.ts";
import { type FileIdentity, identityOf, realFile, statIfSame, statOf } from "./opened-file.ts";
import { type Damage, type FileStats, WalWatch } from "./wal-watch.ts";

export interface FileGuardOptions {
  /**
   * Whether to look for damage to the write-ahead log and the file, and not only for their absence. Only for a process
   * that opens the file nowhere else: see wal-index.ts.
   */
  readonly watchesLog?: boolean;
  readonly onTrouble?: OnFileTrouble | undefined;
}

/**
 * Guards the files of a database that is open for writing. SQLite keeps writing to a file that was removed, replaced,
 * cut or overwritten, or to such a write-ahead log, and reports commits as durable. They are lost when the process
 * ends. So both are checked after every commit, before it is acknowledged, and at short intervals.
 */
export class FileGuard {
  readonly #main: GuardedFile;
  readonly #wal: GuardedFile;
  readonly #index: GuardedFile;
  readonly #watch: WalWatch | undefined;
  readonly #onTrouble: OnFileTrouble | undefined;
  #missing: GuardedFile | undefined;
  #trouble: FileTrouble | undefined;
  #isRescued = false;

  /** SQLite must have the file at `path` open, with its WAL and its index. */
  constructor(path: string, { watchesLog = false, onTrouble }: FileGuardOptions = {}) {
    const real = realFile(path);
    this.#main = guardedFile(resolve(path)); // the process may change its working directory
    this.#wal = guardedFile(`${real}-wal`);
    this.#index = guardedFile(`${real}-shm`);
    this.#watch = watchesLog ? new WalWatch(real) : undefined;
    this.#onTrouble = onTrouble;
  }

  get isFine(): boolean {
    return this.#trouble === undefined;
  }

  get isDamaged(): boolean {
    return this.#trouble?.isDamage === true;
  }

  /** True if a file is missing, and the database does not yet hold all of the WAL. */
  get wantsRescue(): boolean {
    return this.#missing !== undefined && !this.#isRescued && !this.isDamaged;
  }

  /** Throws EventLogError if nothing must be written now. */
  assertFine(): void {
    if (this.#missing !== undefined) this.look(); // it may have been put back
    if (this.#trouble === undefined) return;
    throw new EventLogError("unavailable", `${this.#trouble.problem} Nothing is recorded.`);
  }

  /** As `assertFine`, once the write lock is held. Since the last commit nothing should have changed. */
  assertUntouched(): void {
    this.#noteDamage(this.#watch?.lookBeforeWrite());
    this.assertFine();
  }

  /** Whether the last commit is where the next start will look for it. If not, throw `lostCommit`. */
  isCommitSafe(): boolean {
    this.#look([]);
    return this.isFine;
  }

  lostCommit(): EventLogError {
    const outcome = this.#isRescued
      ? "What was just reported is in the database all the same: repeat it only under the same idempotency key."
      : "What was just reported is likely to be lost.";
    return new EventLogError("unknown_outcome", `${this.#trouble?.problem} ${outcome}`);
  }

  /** Call it at intervals. */
  look(): void {
    this.#look([this.#index]);
  }

  /**
   * Call it when the database holds all of the WAL. If another WAL has replaced this one, it is renamed: the next start
   * would read it into this database.
   */
  noteRescue(): void {
    this.#isRescued = true;
    const { path } = this.#wal;
    const isReplaced = statIfThere(this.#main) !== undefined && statIfThere(this.#wal) === undefined;
    if (isReplaced && statOf(path) !== undefined) renameSync(path, `${path}.replaced-${Date.now()}`);
  }

  close(): void {
    this.#watch?.close();
  }

  #look(others: readonly GuardedFile[]): void {
    if (this.isDamaged) return;
    const find = () => this.#find(others);
    if (this.#missing !== undefined || this.#watch === undefined) find();
    else this.#noteDamage(this.#watch.look(find));
  }

  /** Notes which file is missing, if any. */
  #find(others: readonly GuardedFile[]): FileStats | undefined {
    const file = statIfThere(this.#main);
    const wal = statIfThere(this.#wal);
    if (file === undefined) this.#noteMissing(this.#main);
    else if (wal === undefined) this.#noteMissing(this.#wal);
    else this.#noteMissing(others.find((other) => statIfThere(other) === undefined));
    return file && wal && { file, wal };
  }

  #noteMissing(missing: GuardedFile | undefined): void {
    if (missing === this.#missing) return;
    this.#missing = missing;
    if (missing === undefined) this.#isRescued = false;
    this.#trouble = missing && { problem: lostFile(missing.path), isDamage: false };
    this.#onTrouble?.(this.#trouble);
  }

  #noteDamage(damage: Damage | undefined): void {
    if (damage === undefined || this.isDamaged) return;
    const isKept = this.#watch?.disable() === true;
    const problem = damage === "wal" ? damagedWal(this.#wal.path, isKept) : damagedFile(this.#main.path);
    this.#trouble = { problem, isDamage: true };
    this.#onTrouble?.(this.#trouble);
  }
}

function damagedWal(wal: string, isKept: boolean): string {
  const what = `The write-ahead log ${wal} was cut or written over while it was open`;
  return isKept
    ? `${what}. All that was answered before is in the database: start runless again.`
    : `${what}, and with it what was reported last. Stop runless, keep a copy of the database and its log, and go back to a backup.`;
}

function damagedFile(file: string): string {
  return `The database's file ${file} was written over by something else than SQLite while it was open, as a copy in place does. Stop runless, and put a backup there with runless restore.`;
}

/** A path, and the file that it named when the guard began. */
interface GuardedFile {
  readonly path: string;
  readonly identity: FileIdentity | undefined;
}

function guardedFile(path: string): GuardedFile {
  return { path, identity: identityOf(path) };
}

function statIfThere({ path, identity }: GuardedFile): Stats | undefined {
  return statIfSame(path, identity);
}
