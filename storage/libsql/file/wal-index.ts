import { openSync, readSync } from "node:fs";
import { endianness } from "node:os";

/** SQLite's own record of a write-ahead log: https://sqlite.org/walformat.html#the_wal_index_header */
export interface WalIndex {
  readonly salts: bigint;
  readonly frameSize: number;
  /** How many frames of this round are committed. */
  readonly frames: number;
  /** The checksum of the last of them. */
  readonly checksum: bigint;
  /** How many of them are in the database file, and how many a checkpoint has begun to move there. */
  readonly moved: number;
  readonly attempted: number;
}

const headerSize = 48;
const size = 136;
const isLittle = endianness() === "LE";
const attempts = 100;

/**
 * Reads the index (-shm) of a database file that SQLite has open. The descriptor stays open as long as the thread:
 * closing it would release all locks of this process's connections. So only a process that opens the file once may use
 * it, as a server does.
 */
export function openWalIndex(file: string): () => WalIndex {
  const descriptor = openSync(`${file}-shm`, "r");
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  return () => {
    for (let i = 0; i < attempts; i++) {
      readSync(descriptor, bytes, 0, size, 0);
      if (isWhole(view)) break; // else another process is writing it
    }
    const pageSize = view.getUint16(14, isLittle);
    return {
      salts: view.getBigUint64(32),
      frameSize: 24 + (pageSize === 1 ? 65_536 : pageSize),
      frames: view.getUint32(16, isLittle),
      checksum: (BigInt(view.getUint32(24, isLittle)) << 32n) | BigInt(view.getUint32(28, isLittle)),
      moved: view.getUint32(96, isLittle),
      attempted: view.getUint32(128, isLittle),
    };
  };
}

/** The header is stored twice. Both copies are the same unless a process is writing it. */
function isWhole(view: DataView): boolean {
  for (let at = 0; at < headerSize; at += 8) {
    if (view.getBigUint64(at) !== view.getBigUint64(headerSize + at)) return false;
  }
  return true;
}

/** Whether nothing was committed between two reads of the index. */
export function hasSameCommits(one: WalIndex, other: WalIndex): boolean {
  return one.frames === other.frames && one.checksum === other.checksum && one.salts === other.salts;
}

/** Whether a checkpoint has written to the database file between two reads of the index, or is writing now. */
export function wasMoved(before: WalIndex, now: WalIndex): boolean {
  return (
    now.attempted > now.moved ||
    now.moved !== before.moved ||
    now.attempted !== before.attempted ||
    now.salts !== before.salts
  );
}
