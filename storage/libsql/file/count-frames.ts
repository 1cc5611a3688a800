import { closeSync, fstatSync, openSync, readSync } from "node:fs";

// https://sqlite.org/fileformat2.html#walformat
const headerSize = 32;
const frameHeaderSize = 24;
const [saltsOfHeader, saltsOfFrame] = [16, 8];

/**
 * How many pages the write-ahead log of a database file holds since it was last begun anew: it is written over from its
 * start, and what has its header's salts is of this round. SQLite tells it only to who checkpoints. (Its locks are on
 * other files, so that this file can be opened and closed beside it.)
 */
export function countFrames(file: string): { readonly frames: number; readonly frameSize: number } {
  const wal = openSync(`${file}-wal`, "r");
  try {
    const header = new DataView(new ArrayBuffer(headerSize));
    readSync(wal, header, 0, headerSize, 0);
    const frameSize = frameHeaderSize + header.getUint32(8);
    const salts = header.getBigUint64(saltsOfHeader);
    const isOfThisRound = (index: number): boolean => {
      const frame = new DataView(new ArrayBuffer(frameHeaderSize));
      readSync(wal, frame, 0, frameHeaderSize, headerSize + index * frameSize);
      return frame.getBigUint64(saltsOfFrame) === salts;
    };
    let [least, most] = [0, Math.floor(Math.max(0, fstatSync(wal).size - headerSize) / frameSize)];
    while (least < most) {
      const middle = (least + most) >> 1;
      if (isOfThisRound(middle)) least = middle + 1;
      else most = middle;
    }
    return { frames: least, frameSize };
  } finally {
    closeSync(wal);
  }
}
