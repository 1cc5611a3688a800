import type { AppendEncoded } from "../../storage/index.ts";
import type { Caller } from "./access/caller.ts";
import type { EventPages } from "./events/event-pages.ts";
import type { RequestParts } from "./request-parts.ts";

/** Answers requests on another thread, once they are authorized. */
export interface Forwarder {
  /** Rejects with HttpError 503 where the other thread is gone or does not answer. */
  answer(request: RequestParts, call: ForwardedCall): Promise<Response>;
  readonly pages: EventPages;
  /** Resolves once the other thread has the database open. Rejects where it can't. */
  opened(): Promise<void>;
  /** Has what the other thread appends go through `wrap`. */
  instrument(wrap: (append: AppendEncoded) => AppendEncoded): void;
}

export interface ForwardedCall {
  readonly caller: Caller;
  /** Rejects once the caller is no longer let in. Asked before each append but the first. */
  readonly recheck: () => Promise<void>;
  /** Called when the other thread hands what it read to the log, where it counts as waiting. */
  readonly onAppend?: () => void;
  /** What was read already, or what is read when the other thread asks for it. Default: no body. */
  readonly body?: ArrayBuffer | ReadableStream<Uint8Array> | null | undefined;
}
