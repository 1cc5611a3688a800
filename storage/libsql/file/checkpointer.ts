import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "libsql/promise";
import { countFrames } from "./wal-format.ts";

/** How many pages the write-ahead log (WAL) takes before they are moved. The more they are, the less each of them costs. */
const fullWal = 32_000;

/** At so many pages SQLite moves them within a commit, if the checkpointer is slower than the writes. */
export const overfullWal = 2 * fullWal;

/** The share of the free disk space that the WAL may take. */
const shareOfSpace = 1 / 4;

/** At most so many pages are moved between two commits. */
const fewPages = 500;

/** In milliseconds. */
const betweenLooks = 100;

/** A WAL with at most so many commits in so many milliseconds is quiet. Then all of it is moved. */
const quietCommits = 50;
const quietTime = 4000;

const checkpoint = "PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(PASSIVE)";

interface CheckpointerOptions {
  /** The number of pages at which they are moved. */
  readonly full?: number;
  /** Asked before each move. False while nothing must be written to the file. */
  readonly mayMove?: () => boolean;
}

/**
 * Moves committed pages from the write-ahead log into the file while further commits go on, by a connection of its own
 * and off the thread's event loop. SQLite itself moves them within a commit, which then waits for thousands of
 * scattered writes: 600 ms on a disk of 3,000 operations a second, where this takes 100.
 */
export class Checkpointer {
  readonly #file: string;
  readonly #connection: { exec(sql: string): Promise<void>; close(): void };
  readonly #finish: () => Promise<boolean>;
  readonly #full: number;
  readonly #mayMove: () => boolean;
  #looked = performance.now();
  /** How many pages of this round of the WAL have been moved. */
  #moved = 0;
  #running: Promise<void> | undefined;
  /** Counts commits since `#countedFrom`. */
  #commits = 0;
  #countedFrom = performance.now();
  /** Whether some pages may not be moved: from the last commits, or left by a process that was killed. */
  #isDirty = true;

  /**
   * `finish` moves what it can by the connection that writes, between two transactions. It returns whether that is all.
   */
  constructor(
    file: string,
    finish: () => Promise<boolean>,
    { full = fullWal, mayMove = () => true }: CheckpointerOptions = {},
  ) {
    this.#file = file;
    this.#connection = new Database(file, { timeout: 0 });
    this.#finish = finish;
    this.#full = full;
    this.#mayMove = mayMove;
  }

  /** Call it after every commit. */
  look(): void {
    this.#commits++;
    this.#isDirty = true;
    const now = performance.now();
    if (now - this.#looked < betweenLooks) return;
    this.#looked = now;
    this.#run(() => this.#moveMany());
  }

  /** Call it at intervals. Moves all that is committed within 10 seconds of the last commits. */
  lookForQuiet(): void {
    const now = performance.now();
    if (now - this.#countedFrom < quietTime) return;
    const isQuiet = this.#commits <= quietCommits;
    this.#commits = 0;
    this.#countedFrom = now;
    if (isQuiet && this.#isDirty) this.#run(() => this.#moveAll());
  }

  #run(move: () => Promise<void>): void {
    if (this.#running !== undefined) return;
    this.#running = move()
      .catch(() => {}) // the next look tries again, and in the end SQLite itself
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Finishes the move that is under way. */
  async close(): Promise<void> {
    await this.#running;
    this.#connection.close();
  }

  async #moveMany(): Promise<void> {
    let { frames, frameSize } = countFrames(this.#file);
    if (frames < this.#moved) this.#moved = 0; // the WAL was restarted
    let [left, before] = [frames - this.#moved, Number.POSITIVE_INFINITY];
    if (left < Math.min(this.#full, (shareOfSpace * spaceFor(this.#file)) / frameSize)) return;
    while (left > fewPages && left < before) {
      if (!this.#mayMove()) return;
      await this.#connection.exec(checkpoint);
      const now = countFrames(this.#file).frames;
      [left, before, frames] = [now - frames, left, now];
    }
    // The WAL restarts only after a moment at which all of it is moved.
    await this.#moveRest();
  }

  async #moveAll(): Promise<void> {
    if (!this.#mayMove()) return;
    this.#isDirty = false; // unless there are commits during the move
    await this.#connection.exec(checkpoint);
    this.#isDirty ||= !(await this.#moveRest());
  }

  async #moveRest(): Promise<boolean> {
    if (!this.#mayMove()) return false;
    const isAll = await this.#finish();
    this.#moved = countFrames(this.#file).frames;
    return isAll;
  }
}

/** The disk space for a file's write-ahead log, with what the WAL takes already, in bytes. */
function spaceFor(file: string): number {
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize + statSync(`${file}-wal`).size;
}
