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
  /** 408, 429, 502, 503 or 504, also for the last attempt. A report may be recorded all the same. */
  | "unavailable"
  /** No answer, also for the last attempt. A report may be recorded all the same. */
  | "network"
  /** No answer in time, also for the last attempt. A report may be recorded all the same. */
  | "timeout"
  /** Any other status. */
  | "status"
  /** The answer is not one of runless. */
  | "bad_answer"
  /** An EventBatcher has reached `maxPending`. */
  | "full"
  | "closed";

/** The error of one event of an array. */
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
 * A call that failed. The message is that of the server if it sent one.
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
  /** The status of the answer; undefined without one. */
  readonly status: number | undefined;
  /** Whether runless answered. False if a proxy did, or if there was no answer. */
  readonly isRunless: boolean;
  /** The errors of single events, if the server names the events that it refuses. */
  readonly failures: readonly EventFailure[];
  /** How long the server asks to wait, in milliseconds. */
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

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there (connection refused)",
  ConnectionRefused: "nothing listens there (connection refused)",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "the name of its host can't be looked up now",
  EHOSTUNREACH: "its host can't be reached from here",
  ENETUNREACH: "its host can't be reached from here",
  ETIMEDOUT: "the connection was not made in time",
  UND_ERR_CONNECT_TIMEOUT: "the connection was not made in time",
  ECONNRESET: "the connection was closed",
  ConnectionClosed: "the connection was closed",
  UND_ERR_SOCKET: "the connection was closed",
};

/**
 * Why there was no answer, without a full stop. Bun's message is worded for users of a browser. Node's is "fetch failed",
 * and the reason is in its cause. Messages about TLS are kept.
 */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parts = [error, error.cause, ...(error instanceof AggregateError ? error.errors : [])];
  const errors = parts.filter((part): part is Error & { readonly code?: unknown } => part instanceof Error);
  const saysMore = errors.find(({ message }) => /\b(TLS|SSL|certificate)\b/i.test(message));
  if (saysMore !== undefined) return saysMore.message;
  for (const { code } of errors) {
    const reason = typeof code === "string" && Object.hasOwn(reasons, code) ? reasons[code] : undefined;
    if (reason !== undefined) return reason;
  }
  return Array.from(new Set(errors.map(({ message }) => message))).join(": ");
}
