import { EventLogError } from "../../event-log-error.ts";

/** In milliseconds. A remote database may let a writer wait for 5 s, until it ends another client's transaction. */
const requestLimit = 6_000;

/** A request that got no complete answer. */
export class ConnectionFailure extends Error {
  override readonly name = "ConnectionFailure";
  /** True if it was never sent. */
  readonly isUnsent: boolean;
  constructor(reason: string, isUnsent: boolean, options?: ErrorOptions) {
    super(reason, options);
    this.isUnsent = isUnsent;
  }
}

/** The fetch of the driver, with a time limit, and with errors that say what the driver leaves out. */
export function remoteFetch(name: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const { status, headers, body } = await fetchWhole(request);
    if (status !== 401 && status !== 403) return new Response(body, { status, headers });
    throw new EventLogError(
      "unavailable",
      `The database ${name} refused the token (HTTP ${status}: ${body.trim().slice(0, 200)}). Give a valid one, by --database-auth-token or RUNLESS_DATABASE_AUTH_TOKEN.`,
    );
  };
}

async function fetchWhole(request: Request) {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(requestLimit) });
    return { status: response.status, headers: response.headers, body: await response.text() };
  } catch (error) {
    const reasons = reasonsOf(error);
    throw new ConnectionFailure(reasons.at(-1) ?? "the connection failed", unsent.test(reasons.join("\n")), {
      cause: error,
    });
  }
}

// The codes of Node and Bun, and the words of Deno.
const unsent =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|client error \(Connect\)/;

/** The messages of an error and of its causes, with their codes. */
function reasonsOf(error: unknown): readonly string[] {
  const reasons: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = "code" in cause && typeof cause.code === "string" ? `${cause.code}: ` : "";
    reasons.push(cause.message.startsWith(code) ? cause.message : `${code}${cause.message}`);
  }
  return reasons;
}
