import { noteBreak } from "./error-response.ts";
import { stayingOpen } from "./keep-open.ts";
import type { StreamPlace } from "./stream-place.ts";

export interface TextSource {
  /** The next piece; undefined at the end. */
  next(): Promise<string | undefined>;
  /** Called once, when all was read or nobody reads any more. It makes a `next` under way resolve. */
  stop(): void;
}

const utf8 = new TextEncoder();

/**
 * A body that is made as the client reads it, and no piece ahead of it. Where the source fails, the body breaks off
 * without the end that HTTP has, so that nobody takes a part for the whole. A client that does not read on is the
 * runtime's to cut off.
 */
export function textStream(
  source: TextSource,
  { streams, keepOpen, breakOff }: StreamPlace,
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
          leave ??= streams.enter();
          const text = await stayingOpen(keepOpen, () => source.next());
          if (!open) return; // it was cancelled meanwhile
          if (text !== undefined) return controller.enqueue(utf8.encode(text));
          controller.close();
        } catch (error) {
          if (!open) return;
          noteBreak(error);
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
