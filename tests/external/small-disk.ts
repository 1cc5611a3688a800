import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../server.ts";

export interface SmallDisk {
  readonly folder: string;
  /** Gives back the space that was taken from the start. */
  makeRoom(): void;
  /** Takes what is left, to the last byte. */
  takeAll(): void;
  /** Gives back so many megabytes of what `takeAll` took. */
  giveBack(megabytes: number): void;
  unmount(): void;
}

/** A disk of its own, in memory, of so many megabytes, of which some are taken. */
export function mountSmallDisk(megabytes: number, taken: number): SmallDisk {
  const folder = temporaryFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]);
  const filler = join(folder, "filler");
  const restFile = join(folder, "rest");
  writeFileSync(filler, Buffer.alloc(taken << 20));
  return {
    folder,
    makeRoom: () => rmSync(filler),
    takeAll: () => {
      const rest = openSync(restFile, "w");
      try {
        for (;;) writeSync(rest, Buffer.alloc(4096));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error; // writeSync throws nothing else
      } finally {
        closeSync(rest);
      }
    },
    giveBack: (megabytes) => truncateSync(restFile, Math.max(0, statSync(restFile).size - (megabytes << 20))),
    // Lazily: a server of a test that failed may still use it.
    unmount: () => execFileSync("umount", ["--lazy", folder]),
  };
}
