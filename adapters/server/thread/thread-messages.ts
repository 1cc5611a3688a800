import type { RecordedEventType } from "../../../core/index.ts";
import {
  type AppendOptions,
  type AssetFacts,
  type EncodedUnits,
  type EventFilter,
  EventLogError,
  type EventLogErrorCode,
  type LogChanges,
  type PageRequest,
  QueueFullError,
  type ReplaceOptions,
  type WaitAsk,
  type WipeTarget,
} from "../../../storage/index.ts";
import type { OpenedFile } from "../../../storage/libsql/file/opened-file.ts";
import type { Limits } from "../../config/limits.ts";
import type { Caller } from "../../http/access/caller.ts";
import type { PageForm, TextPage } from "../../http/events/event-pages.ts";
import { HttpError } from "../../http/http-error.ts";

/** The options of a request thread. */
export interface ThreadData {
  readonly url: string;
  readonly authToken: string | undefined;
  /** The file that the url names, as the main thread has opened it. */
  readonly opened: OpenedFile | undefined;
  readonly limits: Limits;
  readonly logLevel: "debug" | "info" | "warning" | "error";
}

/** A question to the request thread. Each `id` gets one answer. */
export type ThreadQuestion =
  | {
      readonly type: "request";
      readonly id: number;
      readonly method: string;
      readonly url: string;
      readonly headers: readonly (readonly [string, string])[];
      readonly caller: Caller;
      /** `stream`: the thread pulls the body in chunks. */
      readonly body: ArrayBuffer | "stream" | null;
    }
  | {
      readonly type: "page";
      readonly id: number;
      readonly form: PageForm;
      readonly filter: EventFilter;
      readonly request: PageRequest;
    }
  | { readonly type: "newest"; readonly id: number }
  | { readonly type: "pruned"; readonly id: number; readonly kind: RecordedEventType | undefined }
  | { readonly type: "facts"; readonly id: number; readonly asks: readonly WaitAsk[] }
  | { readonly type: "changes"; readonly id: number; readonly after: number }
  | { readonly type: "close"; readonly id: number };

/** Other messages of the main thread. */
export type ThreadNotice =
  | { readonly type: "chunk"; readonly id: number; readonly chunk: BodyChunk }
  | { readonly type: "called"; readonly call: number; readonly result: Result<unknown> }
  | { readonly type: "closing" }
  | { readonly type: "ping" };

// Bytes are sent as ArrayBuffers: Deno visits each element of a typed array in a message, which takes 0.1 s for each MB.

/** A chunk of a body, its end, or a sign that the sender went away. */
export type BodyChunk = ArrayBuffer | "end" | "broken";

/** A TextPage as it is sent between threads. */
export type SentPage = Omit<TextPage, "bytes"> & { readonly body: ArrayBuffer };

export interface ThreadAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: ArrayBuffer | null;
}

/** What a question is answered with. */
export type ThreadValue = ThreadAnswer | SentPage | number | readonly AssetFacts[] | LogChanges;

export type ThreadResult = Result<ThreadValue>;

/** A message of the request thread. */
export type ThreadReply =
  | { readonly type: "opened"; readonly result: Result<null> }
  | { readonly type: "answer"; readonly id: number; readonly result: ThreadResult }
  | { readonly type: "pull"; readonly id: number; readonly chunks: number }
  /** Calls a function of the main thread. */
  | { readonly type: "call"; readonly call: number; readonly ask: MainCall }
  | { readonly type: "log"; readonly level: string; readonly message: string; readonly properties: object }
  | { readonly type: "damage"; readonly problem: string }
  | { readonly type: "pong" };

export type MainCall =
  | { readonly method: "recheck"; readonly id: number }
  | {
      readonly method: "append";
      /** The id of the request that appends. */
      readonly id: number | undefined;
      readonly encoded: EncodedUnits;
      readonly options: AppendOptions | undefined;
    }
  | {
      readonly method: "replaceDefinitions";
      readonly source: string;
      readonly given: readonly ArrayBuffer[];
      readonly options: ReplaceOptions;
    }
  | { readonly method: "wipe"; readonly target: WipeTarget; readonly by: string | null };

/** A value, or an error as plain data: messages lose the class of an error. */
export type Result<Value> = { readonly value: Value } | { readonly error: PlainError };

type PlainError =
  | { readonly kind: "log"; readonly code: EventLogErrorCode; readonly message: string }
  | {
      readonly kind: "queue";
      readonly load: QueueFullError["load"];
      readonly limit: QueueFullError["limit"];
      readonly most: number;
    }
  | {
      readonly kind: "http";
      readonly status: number;
      readonly message: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly details: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "other"; readonly message: string };

export async function resultOf<Value>(work: () => Promise<Value>): Promise<Result<Value>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: plainError(error) };
  }
}

/** The value of a result. Throws its error. */
export function unwrap<Value>(result: Result<Value>): Value {
  if ("value" in result) return result.value;
  throw errorOf(result.error);
}

function plainError(error: unknown): PlainError {
  if (error instanceof QueueFullError) {
    return { kind: "queue", load: error.load, limit: error.limit, most: error.most };
  }
  if (error instanceof EventLogError) return { kind: "log", code: error.code, message: error.message };
  if (error instanceof HttpError) {
    const { status, message, headers, details } = error;
    return { kind: "http", status, message, headers, details };
  }
  return { kind: "other", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function errorOf(error: PlainError): Error {
  switch (error.kind) {
    case "queue":
      return new QueueFullError(error.load, error.limit, error.most);
    case "log":
      return new EventLogError(error.code, error.message);
    case "http":
      return new HttpError(error.status, error.message, error.headers, error.details);
    case "other":
      return new Error(error.message);
  }
}
