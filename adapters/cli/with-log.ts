import { once } from "node:events";
import { networkReason, RunlessClientError } from "../client/client-error.ts";
import { errorOfAnswer } from "../client/error-answer.ts";
import { createSender, type Fetch, type Send } from "../client/http-sender.ts";
import { wait } from "../client/retry.ts";
import {
  announce,
  type DatabaseDestination,
  findDestination,
  type LogOptions,
  type ServerDestination,
} from "./destination.ts";
import { exitCodes } from "./exit-code.ts";
import { lightFetch } from "./light-fetch.ts";
import { sendWaiting } from "./spool/send-waiting.ts";

/** A log of a server, or in a database that this process opened. Both give the same answers. */
export interface OpenLog {
  /** The address of the server; undefined for a database. */
  readonly server: string | undefined;
  /** Calls the HTTP API, and resolves with the text of a 200. */
  readonly send: Send;
  /** As `send`, for streams: it sends once, and resolves with any answer. `path` is below /api/v1. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
}

/** A connection to the HTTP API. */
export interface Connection {
  /** The server's address. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For requests and answers that are whole. */
  readonly fetch: Fetch;
  /** For streams. */
  readonly stream: (url: string, init: RequestInit) => Promise<Response> | Response;
}

/** How many attempts a call has after the first. */
export const retries = 4;
const timeout = 30_000;

/** Opens the log of a command, and closes it after the work. */
export async function withLog(options: LogOptions, work: (log: OpenLog) => Promise<void>): Promise<void> {
  const destination = await findDestination(options);
  announce(destination);
  if (destination.kind === "database")
    return withDatabase(destination, options, (connection) => work(logOf(connection, undefined)));
  const connection = serverConnection(destination);
  await sendWaiting(connection, { isReporting: false });
  await work(logOf(connection, connection.url));
}

function logOf(connection: Connection, server: string | undefined): OpenLog {
  const { url, headers, stream } = connection;
  return {
    server,
    send: senderOf(connection),
    fetch: (path, init) => fetchOnce(stream, `${url}/api/v1/${path}`, headers, init),
  };
}

/** A sender that makes up to `times` attempts. */
export function senderOf(connection: Connection, times = 1 + retries): Send {
  return createSender({ ...connection, retries: times - 1, timeout, wait, random: Math.random });
}

export function serverConnection({ url, token }: Pick<ServerDestination, "url" | "token">): Connection {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  // No redirects: the token is for this address alone.
  const stream: Connection["stream"] = (target, init) => fetch(target, { ...init, redirect: "manual" });
  return { url, headers, fetch: lightFetch, stream };
}

/** Serves a database within this process, without a socket. */
export async function withDatabase<Result>(
  { url }: DatabaseDestination,
  { create }: LogOptions,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  // Loaded only here: the modules of a server take long to load.
  const [{ createApp }, { limitsBy }, { databaseAddress, openDatabase }] = await Promise.all([
    import("../server/create-app.ts"),
    import("../config/limits.ts"),
    import("./maintenance/open-database.ts"),
  ]);
  const instead =
    create === undefined ? ", or a server with --url" : ", or a server with --url; --create makes this one";
  const address = databaseAddress(url);
  const { log, definitions, watching, sending } = await openDatabase(address, { create: create === true, instead });
  try {
    const app = createApp({ log, definitions, watching, sending, config: { limits: limitsBy((_, most) => most) } });
    const ask: Connection["stream"] = (target, init) => app.fetch(new Request(target, init));
    return await work({ url: "http://localhost", headers: {}, fetch: ask, stream: ask });
  } finally {
    await log.close();
  }
}

async function fetchOnce(
  stream: Connection["stream"],
  url: string,
  headers: Connection["headers"],
  init: RequestInit = {},
): Promise<Response> {
  try {
    return await stream(url, { ...init, headers: { ...headers, ...Object.fromEntries(new Headers(init.headers)) } });
  } catch (error) {
    throw lost(`${url} got no answer`, error);
  }
}

/** The body of a 200. Rejects with the error of any other answer. */
export async function bodyOf(what: string, response: Response): Promise<ReadableStream<Uint8Array>> {
  if (response.status === 200 && response.body !== null) return response.body;
  throw errorOfAnswer(what, response, await response.text());
}

/** Likewise, the whole body as text. */
export async function textOf(what: string, response: Response): Promise<string> {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw lost(`The answer to ${what} broke off`, error);
  }
  if (response.status === 200) return text;
  throw errorOfAnswer(what, response, text);
}

function lost(what: string, error: unknown): RunlessClientError {
  return new RunlessClientError("network", `${what}: ${networkReason(error)}.`, { cause: error });
}

/**
 * Does long or endless work until Ctrl-C, which aborts the signal. The process then ends without a message. It does not
 * exit at once, because the log has to be closed first: Node crashes if a thread of the database is in the driver when the
 * process exits.
 */
export async function unlessInterrupted(work: (interrupted: AbortSignal) => Promise<void>): Promise<void> {
  const interruption = new AbortController();
  const interrupted = once(process, "SIGINT").then(() => {
    process.exitCode = exitCodes.interrupted;
    interruption.abort();
  });
  await Promise.race([work(interruption.signal), interrupted]);
}
