/** A request that is refused: the status, and a message that says what to change. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the answer, next to `error`. */
  readonly details: Readonly<Record<string, unknown>>;
  constructor(
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.details = details;
  }
}
