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

/** A call that failed. The message is the server's own sentence where it gave one. */
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
 * Why no answer came, without a full stop. Bun words it as a question to somebody at a browser, Node says "fetch failed"
 * and why only in the cause; a runtime's own words are left where they say more.
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
