import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "libsql/promise";
import { countFrames } from "./wal-format.ts";

/** How many pages the write-ahead log takes before they are moved: the more they are, the less each of them costs. */
const fullLog = 32_000;

/** At this many SQLite moves them in the midst of a commit, where the moving beside does not keep up with the writing. */
export const overfullLog = 2 * fullLog;

/** How much of the room on its disk the log may take. */
const shareOfRoom = 1 / 4;

/** So few pages are moved between two commits. */
const fewPages = 500;

/** In milliseconds. */
const betweenLooks = 100;

/** Of so many commits in so long, in milliseconds, a log is quiet: then all of it is moved. */
const quietCommits = 50;
const quietTime = 4000;

const checkpoint = "PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(PASSIVE)";

export interface CheckpointerOptions {
  /** How many pages are many enough. */
  readonly full?: number;
  /** Asked before each move: false while nothing must get into the file. */
  readonly mayMove?: () => boolean;
}

/**
 * Moves what is committed from the write-ahead log into the file while further commits go on, by a connection of its own
 * and off the thread's event loop. SQLite by itself does it in the midst of a commit, which then takes as long as the disk
 * needs for thousands of pages here and there: 600 ms on one of 3,000 operations a second, where this takes 100.
 */
export class Checkpointer {
  readonly #file: string;
  readonly #beside: { exec(sql: string): Promise<void>; close(): void };
  readonly #finish: () => Promise<boolean>;
  readonly #full: number;
  readonly #mayMove: () => boolean;
  #looked = performance.now();
  /** How many pages of this round of the log are moved. */
  #moved = 0;
  #running: Promise<void> | undefined;
  /** Of the time since then. */
  #commits = 0;
  #countedFrom = performance.now();
  /** Whether there may be something that is not moved: a process that was killed has left it, or it was just committed. */
  #isDirty = true;

  /** `finish` is to move what it can by the connection that writes, between two transactions; it answers whether that is all. */
  constructor(
    file: string,
    finish: () => Promise<boolean>,
    { full = fullLog, mayMove = () => true }: CheckpointerOptions = {},
  ) {
    this.#file = file;
    this.#beside = new Database(file, { timeout: 0 });
    this.#finish = finish;
    this.#full = full;
    this.#mayMove = mayMove;
  }

  /** To be called after every commit. */
  look(): void {
    this.#commits++;
    this.#isDirty = true;
    const now = performance.now();
    if (now - this.#looked < betweenLooks) return;
    this.#looked = now;
    this.#run(() => this.#moveMany());
  }

  /** To be called now and then. Moves all that is committed within 10 seconds of the last commits. */
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
      .catch(() => {}) // tried again at the next look, and by SQLite itself in the end
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** What is under way is done first. */
  async close(): Promise<void> {
    await this.#running;
    this.#beside.close();
  }

  async #moveMany(): Promise<void> {
    let { frames, frameSize } = countFrames(this.#file);
    if (frames < this.#moved) this.#moved = 0; // begun anew
    let [left, before] = [frames - this.#moved, Number.POSITIVE_INFINITY];
    if (left < Math.min(this.#full, (shareOfRoom * roomFor(this.#file)) / frameSize)) return;
    while (left > fewPages && left < before) {
      if (!this.#mayMove()) return;
      await this.#beside.exec(checkpoint);
      const now = countFrames(this.#file).frames;
      [left, before, frames] = [now - frames, left, now];
    }
    // The log begins anew only after a moment at which all of it is moved.
    await this.#moveRest();
  }

  async #moveAll(): Promise<void> {
    if (!this.#mayMove()) return;
    this.#isDirty = false; // unless something is committed meanwhile
    await this.#beside.exec(checkpoint);
    this.#isDirty ||= !(await this.#moveRest());
  }

  async #moveRest(): Promise<boolean> {
    if (!this.#mayMove()) return false;
    const isAll = await this.#finish();
    this.#moved = countFrames(this.#file).frames;
    return isAll;
  }
}

/** What the disk has left for a file's write-ahead log and what that takes already, in bytes. */
function roomFor(file: string): number {
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize + statSync(`${file}-wal`).size;
}
