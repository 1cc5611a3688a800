import { noteMistake } from "./error-response.ts";

export interface TextSource {
  /** The next piece; undefined at the end. */
  next(): Promise<string | undefined>;
  /** Called once, when all was read or nobody reads any more. It makes a `next` under way resolve. */
  stop(): void;
}

const utf8 = new TextEncoder();

/**
 * A body that is made as the client reads it, and no piece ahead of it. Where the source fails, the body breaks off
 * without the end that HTTP has, so that nobody takes a part for the whole.
 */
export function textStream(source: TextSource): ReadableStream<Uint8Array> {
  let open = true;
  const stop = () => {
    open = false;
    source.stop();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const text = await source.next();
          if (!open) return; // it was cancelled meanwhile
          if (text !== undefined) return controller.enqueue(utf8.encode(text));
          controller.close();
        } catch (error) {
          if (!open) return;
          noteMistake(error);
          controller.error(error);
        }
        stop();
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
}
