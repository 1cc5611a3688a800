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

/** What `stat` says of a database's log and file. */
export interface FileStats {
  readonly log: Stats;
  readonly file: Stats;
}

/** Answers undefined where one of them is gone. */
type StatFiles = () => FileStats | undefined;

interface Noted extends FileStats {
  readonly index: WalIndex;
}

/** A look that meets commits of another process is repeated so often. */
const attempts = 10;

/**
 * Watches the write-ahead log and the file of a database that is open, to notice when either is cut or written over.
 * SQLite does not look at what it has written: it goes on behind the gap, and all of that is lost with the process.
 *
 * SQLite's index says what the log holds, whoever wrote it. So after each commit the log must have its header, its last
 * frame, and the one that was the last before: whoever cuts it takes that. Where somebody wrote to it and committed
 * nothing, every frame is checked. Only checkpoints write to the file, and the index tells of those too.
 */
export class LogWatch {
  readonly #wal: string;
  readonly #log: number;
  readonly #readIndex: () => WalIndex;
  #noted: Noted;
  /** The log as the last look met it, where nobody has committed what was written to it. */
  #unexplained: Stats | undefined;

  /** `file` is the database's, links followed; its log and index must be there. */
  constructor(file: string) {
    this.#wal = `${file}-wal`;
    this.#log = openSync(this.#wal, "r");
    this.#readIndex = openWalIndex(file);
    this.#noted = { index: this.#readIndex(), log: fstatSync(this.#log), file: statSync(file) };
  }

  /** To be asked when nobody else can write, before this process does. What others have committed `look` looks at. */
  lookBeforeWrite(): Damage | undefined {
    const isExplained =
      isUntouched(fstatSync(this.#log), this.#noted.log) || !hasSameCommits(this.#readIndex(), this.#noted.index);
    return isExplained || this.#isIntact() ? undefined : "log";
  }

  /** To be asked after every commit, and now and then. */
  look(stat: StatFiles): Damage | undefined {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const index = this.#readIndex();
      const files = stat();
      if (files === undefined) return undefined;
      const { log, file } = files;
      if (!this.#hasCommits(index) || !this.#isExplained(log, index)) {
        if (hasSameCommits(index, this.#readIndex())) return "log";
        continue; // another process has committed, or begun the log anew
      }
      // The index that is noted was read before this, and is compared with one that is read after it.
      const { file: before, index: notedIndex } = this.#noted;
      if (!isUntouched(file, before) && !wasMoved(notedIndex, this.#readIndex())) return "file";
      this.#noted = { index, log: this.#unexplained === undefined ? log : this.#noted.log, file };
      return undefined;
    }
    return undefined;
  }

  /**
   * Keeps the next start from taking what is left of a damaged log for all of it, or from reading it into another file.
   * Answers whether nothing is lost: all that is committed is in the file.
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
      // Not every process may write there, on Deno for one: then the next start sees what it can.
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

  /** False where somebody wrote to the log, has come to an end with it, committed nothing, and left it damaged. */
  #isExplained(log: Stats, index: WalIndex): boolean {
    const before = this.#unexplained;
    this.#unexplained = undefined;
    if (isUntouched(log, this.#noted.log) || !hasSameCommits(index, this.#noted.index)) return true;
    if (before !== undefined && isUntouched(log, before)) return this.#isIntact();
    this.#unexplained = log; // another process may be in the midst of a commit
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
