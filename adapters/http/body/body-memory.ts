import type { Limits } from "../../config/limits.ts";
import { HttpError } from "../http-error.ts";

/** What the bodies that are being read hold in memory, all of them together. */
export interface BodyMemory {
  open(): BodyShare;
}

/** What one body holds of it. */
export interface BodyShare {
  /** Says how many bytes it holds now. False, and as before, where that would be more than all may hold together. */
  hold(bytes: number): boolean;
}

/** A body up to this size costs no more than its connection does: it is not counted, lest large ones keep it out. */
export const smallBody = 16 * 1024;

export function bodyMemory(most: number): BodyMemory {
  let held = 0;
  return {
    open() {
      let own = 0;
      return {
        hold(bytes) {
          if (bytes > own && held - own + bytes > most) return false;
          held += bytes - own;
          own = bytes;
          return true;
        },
      };
    },
  };
}

export function tooManyBodies({ queueBytes }: Limits): HttpError {
  const problem = `Bodies of ${queueBytes} bytes are being read, as many as --max-queue-bytes allows. Send it again a little later.`;
  return new HttpError(503, problem, { "retry-after": "1" });
}
