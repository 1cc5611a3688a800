import { logBreak } from "../error-response.ts";
import { type DisableIdleTimeout, withoutIdleTimeout } from "./idle-timeout.ts";
import type { StreamTurns } from "./stream-turns.ts";

export interface ByteSource {
  /** The next piece; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Called once, when all was read or nobody reads any more. It makes a `next` under way resolve. */
  stop(): void;
}

/** What an answer without an end of its own takes up, and the connection that it goes out on. */
export interface StreamOutlet {
  /** Takes a slot among all streams, until the answered function is called. Throws HttpError 503. */
  readonly enter: () => () => void;
  readonly assertFree: () => void;
  readonly turns: StreamTurns;
  readonly disableIdleTimeout: DisableIdleTimeout | undefined;
  /** Ends the connection at once. Default: the body fails, and the runtime has the last word. */
  readonly breakOff: (() => void) | undefined;
}

/**
 * A body that is made as the client reads it, and no piece ahead of it. Where the source fails, the body breaks off
 * without the end that HTTP has, so that nobody takes a part for the whole. A client that does not read on is the
 * runtime's to cut off.
 */
export function byteStream(
  source: ByteSource,
  { enter, turns, disableIdleTimeout, breakOff }: Omit<StreamOutlet, "assertFree">,
): ReadableStream<Uint8Array> {
  let open = true;
  let leave: (() => void) | undefined;
  const stop = () => {
    if (!open) return; // a connection that was broken off cancels too
    open = false;
    leave?.();
    source.stop();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          // Not before the first read: a request that is given up earlier never says so.
          leave ??= enter();
          const bytes = await withoutIdleTimeout(disableIdleTimeout, () => source.next());
          if (bytes !== undefined) await turns.take(bytes.byteLength);
          if (!open) return; // it was cancelled meanwhile
          if (bytes !== undefined) return controller.enqueue(bytes);
          controller.close();
        } catch (error) {
          if (!open) return;
          logBreak(error);
          if (breakOff === undefined) controller.error(error);
          else breakOff();
        }
        stop();
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
}
