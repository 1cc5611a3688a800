import { HttpError } from "../http-error.ts";

/** What goes on for as long as its client likes: a stream waits for events, a transfer (an export or import) has an end. */
export type StreamKind = "stream" | "transfer";

/** How many streams, exports and imports are under way. */
export interface StreamSlots {
  /** Throws HttpError 503 where there is no slot for one more. `token` is the caller's, null where nobody needs one. */
  assertFree(kind: StreamKind, token: string | null): void;
  /** Does too; else takes a slot, until the answered function is called. */
  enter(kind: StreamKind, token: string | null): () => void;
}

/** Kept for exports and imports, so that pages left open in browsers never keep a back-up or a back-fill out. */
const reserved = 16;

/** `most` in all. Streams leave a reserve to transfers, and one token leaves half of all to the others. */
export function createStreamSlots(most: number): StreamSlots {
  const mostStreams = most - Math.min(reserved, most >> 1);
  const mostOfToken = Math.ceil(most / 2);
  const ofToken = new Map<string, number>();
  let all = 0;
  let streams = 0;

  function assertFree(kind: StreamKind, token: string | null): void {
    if (all >= most) {
      throw refusal(`${most} streams, exports and imports are under way, as many as --max-streams allows`);
    }
    if (kind === "stream" && streams >= mostStreams) {
      throw refusal(
        `${streams} streams are under way; of --max-streams, ${most}, the rest is kept for exports and imports`,
      );
    }
    if (token !== null && (ofToken.get(token) ?? 0) >= mostOfToken) {
      throw refusal(
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

function refusal(problem: string): HttpError {
  return new HttpError(503, `${problem}. Try again later.`, { "retry-after": "1" });
}
