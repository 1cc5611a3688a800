import { logBreak } from "../error-response.ts";
import type { StreamTurns } from "./stream-turns.ts";

export interface ByteSource {
  /** The next chunk; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Called once, at the end or when the client is gone. It makes a `next` under way resolve. */
  stop(): void;
}

/** The slot of a long answer, and the connection that it is sent on. */
export interface StreamOutlet {
  /** Takes a slot. The returned function frees it. Throws HttpError 503. */
  readonly enter: () => () => void;
  readonly assertFree: () => void;
  readonly turns: StreamTurns;
  readonly disableIdleTimeout: DisableIdleTimeout | undefined;
  /** Ends the connection at once. Default: the body fails, and the runtime ends the connection. */
  readonly breakOff: (() => void) | undefined;
}

/**
 * A body that is made as the client reads it, without reading ahead. If the source fails, the body breaks off without
 * HTTP's end of a body, so that no client takes a part for the whole. The runtime ends the connection of a client that
 * does not read on.
 */
export function byteStream(
  source: ByteSource,
  { enter, turns, disableIdleTimeout, breakOff }: Omit<StreamOutlet, "assertFree">,
): ReadableStream<Uint8Array> {
  let open = true;
  let leave: (() => void) | undefined;
  const stop = () => {
    if (!open) return; // `breakOff` makes the runtime cancel too
    open = false;
    leave?.();
    source.stop();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          // At the first read and not before: a request that is given up earlier never cancels.
          leave ??= enter();
          const bytes = await withoutIdleTimeout(disableIdleTimeout, () => source.next());
          if (bytes !== undefined) await turns.take(bytes.byteLength);
          if (!open) return; // cancelled meanwhile
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

/**
 * Switches the idle time-out of a request's connection off. The returned function switches it on again. The runtimes end
 * an idle connection, which is right while the client has to send or read, and wrong while the server works.
 */
export type DisableIdleTimeout = () => () => void;

/** Does work that may take long, with the idle time-out of the connection switched off. */
export async function withoutIdleTimeout<Result>(
  disableIdleTimeout: DisableIdleTimeout | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const release = disableIdleTimeout?.();
  try {
    return await work();
  } finally {
    release?.();
  }
}
