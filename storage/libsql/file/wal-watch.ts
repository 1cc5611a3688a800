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
export type Damage = "wal" | "file";

/** The `stat` of a database's write-ahead log (WAL) and file. */
export interface FileStats {
  readonly wal: Stats;
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
 * SQLite's index says what the WAL holds, no matter which process wrote it. So after each commit the WAL must have its
 * header, its last frame, and the last frame of the commit before, which a cut would remove. If the WAL was written to
 * without a commit, every frame is checked. Only checkpoints write to the file, and the index shows those too.
 */
export class WalWatch {
  readonly #path: string;
  readonly #wal: number;
  readonly #readIndex: () => WalIndex;
  #noted: Noted;
  /** The WAL at the last look, if it was written to and no commit explains it. */
  #unexplained: Stats | undefined;

  /** `file` is the path of the database with links followed. Its WAL and index must exist. */
  constructor(file: string) {
    this.#path = `${file}-wal`;
    this.#wal = openSync(this.#path, "r");
    this.#readIndex = openWalIndex(file);
    this.#noted = { index: this.#readIndex(), wal: fstatSync(this.#wal), file: statSync(file) };
  }

  /** Call it while no other process can write, before this one does. Commits of other processes are left to `look`. */
  lookBeforeWrite(): Damage | undefined {
    const isExplained =
      isUntouched(fstatSync(this.#wal), this.#noted.wal) || !hasSameCommits(this.#readIndex(), this.#noted.index);
    return isExplained || this.#isIntact() ? undefined : "wal";
  }

  /** Call it after every commit, and at intervals. */
  look(stat: StatFiles): Damage | undefined {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const index = this.#readIndex();
      const files = stat();
      if (files === undefined) return undefined;
      const { wal, file } = files;
      if (!this.#hasCommits(index) || !this.#isExplained(wal, index)) {
        if (hasSameCommits(index, this.#readIndex())) return "wal";
        continue; // another process has committed, or restarted the WAL
      }
      // The noted index was read before this stat, and is compared with one that is read after it.
      const { file: before, index: notedIndex } = this.#noted;
      if (!isUntouched(file, before) && !wasMoved(notedIndex, this.#readIndex())) return "file";
      this.#noted = { index, wal: this.#unexplained === undefined ? wal : this.#noted.wal, file };
      return undefined;
    }
    return undefined;
  }

  /**
   * Keeps the next start from reading the rest of a damaged WAL as if it were complete, or into another file. Returns
   * whether nothing is lost: the file holds all that is committed.
   */
  disable(): boolean {
    const { frames, moved } = this.#readIndex();
    try {
      const descriptor = openSync(this.#path, "r+");
      try {
        const isWal = fstatSync(descriptor).ino === fstatSync(this.#wal).ino;
        if (isWal && frames === moved) ftruncateSync(descriptor, 0);
        else if (isWal) markUnreadable(descriptor);
      } finally {
        closeSync(descriptor); // SQLite's locks are on other files
      }
    } catch {
      // Some processes may not write there, for one on Deno. Then the next start decides by what it finds.
    }
    return frames === moved;
  }

  close(): void {
    closeSync(this.#wal);
  }

  #hasCommits(index: WalIndex): boolean {
    if (index.frames === 0) return true; // the next commit writes a header
    const header = readWalHeader(this.#wal);
    if (header?.salts !== index.salts || !this.#hasLast(index)) return false;
    const before = this.#noted.index;
    if (before.salts !== index.salts || before.frames === 0) return true; // that round is over, or had no frame
    // A cut leaves zeroes, and few pages end with them.
    if (hasWalFrameTail(this.#wal, header, before.frames)) return true;
    return this.#hasLast(before) && isWalFrameIntact(this.#wal, header, before.frames);
  }

  #hasLast({ frames, frameSize, salts, checksum }: WalIndex): boolean {
    const frame = readWalFrame(this.#wal, frameSize, frames);
    return frame?.salts === salts && frame.checksum === checksum;
  }

  /** False if another process wrote to the WAL, has finished, committed nothing, and left it damaged. */
  #isExplained(wal: Stats, index: WalIndex): boolean {
    const before = this.#unexplained;
    this.#unexplained = undefined;
    if (isUntouched(wal, this.#noted.wal) || !hasSameCommits(index, this.#noted.index)) return true;
    if (before !== undefined && isUntouched(wal, before)) return this.#isIntact();
    this.#unexplained = wal; // another process may be within a commit
    return true;
  }

  #isIntact(): boolean {
    const { frames, salts } = this.#readIndex();
    if (frames === 0) return true;
    const header = readWalHeader(this.#wal);
    return header?.salts === salts && readWalContent(this.#wal, header).frames >= frames;
  }
}

function isUntouched(one: Stats, other: Stats): boolean {
  return one.mtimeMs === other.mtimeMs && one.size === other.size;
}
