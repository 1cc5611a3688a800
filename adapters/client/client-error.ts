export type RunlessClientErrorCode =
  /** 400: the request is wrong, and the message says what to change. */
  | "bad_request"
  /** 401: the token is missing or unknown. */
  | "unauthorized"
  /** 403: the token does not allow this. */
  | "forbidden"
  | "not_found"
  /** 422: an idempotency key came again with other content. */
  | "conflict"
  | "too_large"
  /** 408, 429, 502, 503 or 504, to the last attempt. What was reported may be recorded all the same. */
  | "unavailable"
  /** No answer came, to the last attempt; likewise. */
  | "network"
  /** No answer came in time, to the last attempt; likewise. */
  | "timeout"
  /** Any other status. */
  | "status"
  /** An answer that is not runless's. */
  | "bad_answer"
  /** An EventBatcher holds as many events as it may. */
  | "full"
  | "closed";

/** Why one event of an array was refused. */
export interface EventFailure {
  readonly index: number;
  readonly message: string;
}

interface Details extends ErrorOptions {
  readonly status?: number | undefined;
  readonly isRunless?: boolean | undefined;
  readonly failures?: readonly EventFailure[] | undefined;
  readonly retryAfter?: number | undefined;
}

/**
 * A call that failed. The message is the server's own sentence where it gave one.
 *
 * @example
 * const client = new RunlessClient({ url: "http://127.0.0.1:3000" });
 * await client.reportRunlessAssetEvent(observation("a"), { idempotencyKey: "nightly" });
 * try {
 *   await client.reportRunlessAssetEvent(observation("a", { dataVersion: "v2" }), { idempotencyKey: "nightly" });
 * } catch (error) {
 *   if (error instanceof RunlessClientError) console.log(error.code, error.status); // conflict 422
 * }
 */
export class RunlessClientError extends Error {
  override readonly name = "RunlessClientError";
  readonly code: RunlessClientErrorCode;
  /** Of the HTTP answer; undefined where none came. */
  readonly status: number | undefined;
  /** True where a runless answered, with its own sentence. False where something before it did, or nothing. */
  readonly isRunless: boolean;
  /** Of a report of several events, where the server says which ones are to blame. */
  readonly failures: readonly EventFailure[];
  /** How many milliseconds the server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(code: RunlessClientErrorCode, message: string, details: Details = {}) {
    super(message, details);
    this.code = code;
    this.status = details.status;
    this.isRunless = details.isRunless ?? false;
    this.failures = details.failures ?? [];
    this.retryAfter = details.retryAfter;
  }
}
