import type { AppendEncoded, WaitReads } from "../../storage/index.ts";
import type { Caller } from "./access/caller.ts";
import type { EventPages } from "./events/event-pages.ts";
import type { RequestParts } from "./request.ts";

/** Answers authorized requests on another thread. */
export interface Forwarder {
  /** Rejects with HttpError 503 if the other thread has ended or does not answer. */
  answer(request: RequestParts, call: ForwardedCall): Promise<Response>;
  /**
   * Answers on a thread that ends with the answer, and gives its memory back to the system. One after the other. For what
   * needs hundreds of megabytes.
   */
  answerAlone(request: RequestParts, call: ForwardedCall): Promise<Response>;
  readonly pages: EventPages;
  readonly waits: WaitReads;
  /** Resolves once the other thread has opened the database. Rejects if it can't. */
  opened(): Promise<void>;
  /** Wraps the function through which the other thread appends. */
  instrument(wrap: (append: AppendEncoded) => AppendEncoded): void;
}

export interface ForwardedCall {
  readonly caller: Caller;
  /** Rejects once the caller is no longer authorized. Called before each append but the first. */
  readonly recheck: () => Promise<void>;
  /** Called when the other thread passes its units to the log, where they count as waiting. */
  readonly onAppend?: () => void;
  /** The bytes of the body, or a stream that the other thread pulls. Default: no body. */
  readonly body?: ArrayBuffer | ReadableStream<Uint8Array> | null | undefined;
}
