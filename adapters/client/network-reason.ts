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
