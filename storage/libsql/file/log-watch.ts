import { closeSync, fstatSync, ftruncateSync, openSync, type Stats, statSync } from "node:fs";
import {
  hasWalFrameTail,
  isWalFrameIntact,
  markUnreadable,
  readWalContent,
  readWalFrame,
  readWalHeader,
} from "./wal-format.ts";
import { hasSameCommits, openWalIndex, type WalIndex, wasMoved } from "./wal-index.ts";

/** Which of a database's files was damaged. */
export type Damage = "log" | "file";

/** The `stat` of a database's log and file. */
export interface FileStats {
  readonly log: Stats;
  readonly file: Stats;
}

/** Returns undefined if one of them is missing. */
type StatFiles = () => FileStats | undefined;

interface Noted extends FileStats {
  readonly index: WalIndex;
}

/** A look that finds commits of another process is repeated so often. */
const attempts = 10;

/**
 * Watches the write-ahead log and the file of a database that is open, to notice when either is cut or overwritten.
 * SQLite does not read what it has written: it continues after the gap, and all of that is lost with the process.
 *
 * SQLite's index says what the log holds, no matter which process wrote it. So after each commit the log must have its
 * header, its last frame, and the last frame of the commit before, which a cut would remove. If the log was written to
 * without a commit, every frame is checked. Only checkpoints write to the file, and the index shows those too.
 */
export class LogWatch {
  readonly #wal: string;
  readonly #log: number;
  readonly #readIndex: () => WalIndex;
  #noted: Noted;
  /** The log at the last look, if it was written to and no commit explains it. */
  #unexplained: Stats | undefined;

  /** `file` is the path of the database with links followed. Its log and index must exist. */
  constructor(file: string) {
    this.#wal = `${file}-wal`;
    this.#log = openSync(this.#wal, "r");
    this.#readIndex = openWalIndex(file);
    this.#noted = { index: this.#readIndex(), log: fstatSync(this.#log), file: statSync(file) };
  }

  /** Call it while no other process can write, before this one does. Commits of other processes are left to `look`. */
  lookBeforeWrite(): Damage | undefined {
    const isExplained =
      isUntouched(fstatSync(this.#log), this.#noted.log) || !hasSameCommits(this.#readIndex(), this.#noted.index);
    return isExplained || this.#isIntact() ? undefined : "log";
  }

  /** Call it after every commit, and at intervals. */
  look(stat: StatFiles): Damage | undefined {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const index = this.#readIndex();
      const files = stat();
      if (files === undefined) return undefined;
      const { log, file } = files;
      if (!this.#hasCommits(index) || !this.#isExplained(log, index)) {
        if (hasSameCommits(index, this.#readIndex())) return "log";
        continue; // another process has committed, or restarted the log
      }
      // The noted index was read before this stat, and is compared with one that is read after it.
      const { file: before, index: notedIndex } = this.#noted;
      if (!isUntouched(file, before) && !wasMoved(notedIndex, this.#readIndex())) return "file";
      this.#noted = { index, log: this.#unexplained === undefined ? log : this.#noted.log, file };
      return undefined;
    }
    return undefined;
  }

  /**
   * Keeps the next start from reading the rest of a damaged log as if it were complete, or into another file. Returns
   * whether nothing is lost: the file holds all that is committed.
   */
  disable(): boolean {
    const { frames, moved } = this.#readIndex();
    try {
      const descriptor = openSync(this.#wal, "r+");
      try {
        const isLog = fstatSync(descriptor).ino === fstatSync(this.#log).ino;
        if (isLog && frames === moved) ftruncateSync(descriptor, 0);
        else if (isLog) markUnreadable(descriptor);
      } finally {
        closeSync(descriptor); // SQLite's locks are on other files
      }
    } catch {
      // Some processes may not write there, for one on Deno. Then the next start decides by what it finds.
    }
    return frames === moved;
  }

  close(): void {
    closeSync(this.#log);
  }

  #hasCommits(index: WalIndex): boolean {
    if (index.frames === 0) return true; // the next commit writes a header
    const header = readWalHeader(this.#log);
    if (header?.salts !== index.salts || !this.#hasLast(index)) return false;
    const before = this.#noted.index;
    if (before.salts !== index.salts || before.frames === 0) return true; // that round is over, or had no frame
    // A cut leaves zeroes, and few pages end with them.
    if (hasWalFrameTail(this.#log, header, before.frames)) return true;
    return this.#hasLast(before) && isWalFrameIntact(this.#log, header, before.frames);
  }

  #hasLast({ frames, frameSize, salts, checksum }: WalIndex): boolean {
    const frame = readWalFrame(this.#log, frameSize, frames);
    return frame?.salts === salts && frame.checksum === checksum;
  }

  /** False if another process wrote to the log, has finished, committed nothing, and left it damaged. */
  #isExplained(log: Stats, index: WalIndex): boolean {
    const before = this.#unexplained;
    this.#unexplained = undefined;
    if (isUntouched(log, this.#noted.log) || !hasSameCommits(index, this.#noted.index)) return true;
    if (before !== undefined && isUntouched(log, before)) return this.#isIntact();
    this.#unexplained = log; // another process may be within a commit
    return true;
  }

  #isIntact(): boolean {
    const { frames, salts } = this.#readIndex();
    if (frames === 0) return true;
    const header = readWalHeader(this.#log);
    return header?.salts === salts && readWalContent(this.#log, header).frames >= frames;
  }
}

function isUntouched(one: Stats, other: Stats): boolean {
  return one.mtimeMs === other.mtimeMs && one.size === other.size;
}
