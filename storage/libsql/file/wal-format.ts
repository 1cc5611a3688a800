import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { endianness } from "node:os";

// The write-ahead log as SQLite writes it: https://sqlite.org/fileformat2.html#walformat

const walHeaderSize = 32;
const frameHeaderSize = 24;
const magic = 0x377f0682; // the last bit is the byte order of the checksums
const version = 3_007_000;

interface WalHeader {
  readonly frameSize: number;
  /**
   * The header of a WAL and all frames of its round share them. A WAL starts a new round when the file holds all of it.
   */
  readonly salts: bigint;
  readonly checksum: bigint;
  readonly isBigEndian: boolean;
}

interface WalFrame {
  readonly salts: bigint;
  /** The checksum of this frame and all before it. */
  readonly checksum: bigint;
}

/** The header of the WAL that `descriptor` has open. Undefined if SQLite would not accept it. */
export function readWalHeader(descriptor: number): WalHeader | undefined {
  const bytes = new Uint8Array(walHeaderSize);
  if (readSync(descriptor, bytes, 0, walHeaderSize, 0) < walHeaderSize) return undefined;
  const view = new DataView(bytes.buffer);
  const found = view.getUint32(0);
  if ((found & ~1) !== magic || view.getUint32(4) !== version) return undefined;
  const isBigEndian = (found & 1) === 1;
  const sums = new Int32Array(2);
  addToSums(sums, wordsOf(bytes, isBigEndian), 0, 6);
  if (view.getInt32(24) !== sums[0] || view.getInt32(28) !== sums[1]) return undefined;
  const frameSize = frameHeaderSize + view.getUint32(8);
  return { frameSize, salts: view.getBigUint64(16), checksum: view.getBigUint64(24), isBigEndian };
}

/** Written over the magic number, which is the same in every WAL, so that nothing is lost. */
const mark = new TextEncoder().encode("LOST");

/** Makes a WAL unreadable for SQLite, and for the next start. */
export function markUnreadable(descriptor: number): void {
  writeSync(descriptor, mark, 0, mark.length, 0);
}

export function isMarked(descriptor: number): boolean {
  const bytes = new Uint8Array(mark.length);
  readSync(descriptor, bytes, 0, bytes.length, 0);
  return bytes.every((byte, i) => byte === mark[i]);
}

/** The header of a frame by its number, from 1. Undefined if the WAL ends before it. */
export function readWalFrame(descriptor: number, frameSize: number, frame: number): WalFrame | undefined {
  const bytes = new Uint8Array(frameHeaderSize);
  const at = walHeaderSize + (frame - 1) * frameSize;
  if (readSync(descriptor, bytes, 0, frameHeaderSize, at) < frameHeaderSize) return undefined;
  const view = new DataView(bytes.buffer);
  return { salts: view.getBigUint64(8), checksum: view.getBigUint64(16) };
}

/**
 * How many frames the write-ahead log of a database file holds since its last restart. SQLite overwrites a WAL from its
 * start, so the frames of this round come first, and have the salts of the header. SQLite gives their number only to a
 * checkpoint. Opening and closing the WAL releases no lock of SQLite: its locks are on other files.
 */
export function countFrames(file: string): { readonly frames: number; readonly frameSize: number } {
  const wal = openSync(`${file}-wal`, "r");
  try {
    const header = readWalHeader(wal);
    if (header === undefined) return { frames: 0, frameSize: frameHeaderSize };
    const { frameSize, salts } = header;
    let [least, most] = [0, Math.floor((fstatSync(wal).size - walHeaderSize) / frameSize)];
    while (least < most) {
      const middle = (least + most + 1) >> 1;
      if (readWalFrame(wal, frameSize, middle)?.salts === salts) least = middle;
      else most = middle - 1;
    }
    return { frames: least, frameSize };
  } finally {
    closeSync(wal);
  }
}

/** Whether a frame ends with anything but zeroes. */
export function hasWalFrameTail(descriptor: number, { frameSize }: WalHeader, frame: number): boolean {
  const bytes = new Uint8Array(8);
  readSync(descriptor, bytes, 0, bytes.length, walHeaderSize + frame * frameSize - bytes.length);
  return bytes.some((byte) => byte !== 0);
}

/** Whether the page of a frame has the right checksum. */
export function isWalFrameIntact(descriptor: number, { frameSize, checksum, isBigEndian }: WalHeader, frame: number) {
  const before = frame === 1 ? checksum : readWalFrame(descriptor, frameSize, frame - 1)?.checksum;
  const bytes = new Uint8Array(frameSize);
  const length = readSync(descriptor, bytes, 0, frameSize, walHeaderSize + (frame - 1) * frameSize);
  if (before === undefined || length < frameSize) return false;
  return isFrameIntact(new DataView(bytes.buffer), wordsOf(bytes, isBigEndian), 0, frameSize, before);
}

/** What SQLite would find in a WAL that no process has open. */
interface WalContent {
  /** How many frames are committed, and intact from the first on. */
  readonly frames: number;
  /** How many commits of the same round follow a frame that is damaged. */
  readonly lostCommits: number;
  /** Whether the first frame is of another WAL. Frames of this WAL's earlier rounds are all in the file. */
  readonly isForeign: boolean;
}

const bytesAtOnce = 1 << 20;
/** A WAL restarts at most so often before its frames are overwritten. */
const mostRounds = 1n << 16n;

/** Reads a whole WAL and checks every frame, at about a microsecond each. */
export function readWalContent(descriptor: number, header: WalHeader): WalContent {
  const { frameSize, isBigEndian, salts } = header;
  const bytes = new Uint8Array(Math.max(1, Math.floor(bytesAtOnce / frameSize)) * frameSize);
  const view = new DataView(bytes.buffer);
  let [frames, lostCommits, isIntact, isForeign] = [0, 0, true, false];
  let before = header.checksum;
  for (let frame = 1; ; ) {
    const length = readSync(descriptor, bytes, 0, bytes.length, walHeaderSize + (frame - 1) * frameSize);
    const words = wordsOf(bytes, isBigEndian);
    for (let at = 0; at + frameSize <= length; at += frameSize, frame++) {
      const ofFrame = view.getBigUint64(at + 8);
      if (ofFrame !== salts) {
        const rounds = BigInt.asUintN(32, (salts >> 32n) - (ofFrame >> 32n));
        if (rounds > 0n && rounds < mostRounds) return { frames, lostCommits, isForeign };
        isForeign ||= frame === 1;
      }
      const isSound = ofFrame === salts && isFrameIntact(view, words, at, frameSize, before);
      isIntact &&= isSound;
      if (isSound && view.getUint32(at + 4) !== 0) {
        if (isIntact) frames = frame;
        else lostCommits++;
      }
      before = view.getBigUint64(at + 16);
    }
    if (length < bytes.length) return { frames, lostCommits, isForeign };
  }
}

/** Whether the frame that begins at this byte has the checksum that follows from the frame before. */
function isFrameIntact(view: DataView, words: Int32Array, at: number, frameSize: number, before: bigint): boolean {
  const sums = sumsOf(before);
  addToSums(sums, words, at / 4, at / 4 + 2);
  addToSums(sums, words, (at + frameHeaderSize) / 4, (at + frameSize) / 4);
  return view.getInt32(at + 16) === sums[0] && view.getInt32(at + 20) === sums[1];
}

function sumsOf(checksum: bigint): Int32Array {
  return Int32Array.of(Number(BigInt.asIntN(32, checksum >> 32n)), Number(BigInt.asIntN(32, checksum)));
}

/** Continues a checksum over the words from one index to another. */
function addToSums(sums: Int32Array, words: Int32Array, from: number, to: number): void {
  let [first = 0, second = 0] = sums;
  for (let i = from; i < to; i += 2) {
    first = (first + (words[i] as number) + second) | 0; // within the part that was read
    second = (second + (words[i + 1] as number) + first) | 0;
  }
  sums[0] = first;
  sums[1] = second;
}

const hostIsBigEndian = endianness() === "BE";

function wordsOf(bytes: Uint8Array<ArrayBuffer>, isBigEndian: boolean): Int32Array {
  const words = new Int32Array(bytes.buffer);
  if (isBigEndian === hostIsBigEndian) return words;
  const view = new DataView(bytes.buffer);
  return words.map((_, i) => view.getInt32(i * 4, !isBigEndian));
}
