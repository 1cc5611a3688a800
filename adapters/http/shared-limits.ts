import type { Limits } from "../config/limits.ts";
import { createBodyTimeout, type SharedTimeout } from "./body/timeout.ts";
import { HttpError } from "./http-error.ts";

/** The limits on what all requests of a server use together: memory for bodies, and open streams. */
export interface SharedLimits {
  readonly bodies: BodyMemory;
  /** The time-out of bodies that are read in one piece. */
  readonly bodyTimeout: SharedTimeout;
  readonly streams: StreamSlots;
}

export function createSharedLimits(limits: Limits): SharedLimits {
  const { queueBytes, streams } = limits;
  return {
    bodies: createBodyMemory(queueBytes),
    bodyTimeout: createBodyTimeout(limits),
    streams: createStreamSlots(streams),
  };
}

/** The memory that all bodies hold while they are read. */
interface BodyMemory {
  open(): BodyShare;
}

/** The part of it that one body holds. */
export interface BodyShare {
  /** Sets how many bytes the body holds. Returns false, and changes nothing, if all bodies would hold too much. */
  hold(bytes: number): boolean;
}

/** Bodies up to this size are not counted: they cost no more than their connection, and large ones must not crowd them out. */
export const smallBody = 16 * 1024;

export function createBodyMemory(most: number): BodyMemory {
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

/** A stream waits for events and has no end of its own. A transfer, an export or an import, has one. */
export type StreamKind = "stream" | "transfer";

/** Limits how many streams, exports and imports are open. */
interface StreamSlots {
  /** Throws HttpError 503 if no slot is free. `token` is the name of the caller's token, or null. */
  assertFree(kind: StreamKind, token: string | null): void;
  /** Takes a slot. The returned function frees it. Throws as `assertFree` does. */
  enter(kind: StreamKind, token: string | null): () => void;
}

/** Slots for exports and imports alone, so that pages left open in browsers never block a backup or a backfill. */
const reserved = 16;

/** `most` slots in all. Streams leave some to transfers, and one token leaves half of them to the others. */
export function createStreamSlots(most: number): StreamSlots {
  const mostStreams = most - Math.min(reserved, most >> 1);
  const mostOfToken = Math.ceil(most / 2);
  const ofToken = new Map<string, number>();
  let all = 0;
  let streams = 0;

  function assertFree(kind: StreamKind, token: string | null): void {
    if (all >= most) {
      throw noSlot(`${most} streams, exports and imports are under way, as many as --max-streams allows`);
    }
    if (kind === "stream" && streams >= mostStreams) {
      throw noSlot(
        `${streams} streams are under way; of --max-streams, ${most}, the rest is kept for exports and imports`,
      );
    }
    if (token !== null && (ofToken.get(token) ?? 0) >= mostOfToken) {
      throw noSlot(
        `The token ${token} has ${mostOfToken} streams, exports and imports under way, half of what --max-streams allows`,
      );
    }
  }

  function count(kind: StreamKind, token: string | null, change: 1 | -1): void {
    all += change;
    if (kind === "stream") streams += change;
    if (token === null) return;
    const left = (ofToken.get(token) ?? 0) + change;
    if (left === 0) ofToken.delete(token);
    else ofToken.set(token, left);
  }

  return {
    assertFree,
    enter(kind, token) {
      assertFree(kind, token);
      count(kind, token, 1);
      return () => count(kind, token, -1);
    },
  };
}

function noSlot(problem: string): HttpError {
  return new HttpError(503, `${problem}. Try again later.`, { "retry-after": "1" });
}
