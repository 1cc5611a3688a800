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
import { lightFetch } from "./light-fetch.ts";
import { sendWaiting } from "./spool/send-waiting.ts";

/** A log, wherever it is: the same answers from a server and from a database that this process opened. */
export interface OpenLog {
  /** Asks the HTTP API, and answers the text of a 200. */
  readonly send: Send;
  /** As `send`, for what comes or goes in pieces: asked once, and any answer is answered. `path` is below /api/v1. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
}

/** Where the HTTP API is. */
export interface Connection {
  /** The server's address. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For what is asked and answered whole. */
  readonly fetch: Fetch;
  /** For what comes or goes in pieces. */
  readonly stream: (url: string, init: RequestInit) => Promise<Response> | Response;
}

const retries = 4;
const timeout = 30_000;

/** Opens the log that a command is about, and lets go of it when the work has ended. */
export async function withLog(options: LogOptions, work: (log: OpenLog) => Promise<void>): Promise<void> {
  const destination = await findDestination(options);
  announce(destination);
  if (destination.kind === "database")
    return withDatabase(destination, options, (connection) => work(logOf(connection)));
  const connection = serverConnection(destination);
  await sendWaiting(connection, { isReporting: false });
  await work(logOf(connection));
}

function logOf(connection: Connection): OpenLog {
  const { url, headers, stream } = connection;
  return {
    send: senderOf(connection),
    fetch: (path, init) => fetchOnce(stream, `${url}/api/v1/${path}`, headers, init),
  };
}

/** Asks as often as may help, or as it is told. */
export function senderOf(connection: Connection, times = 1 + retries): Send {
  return createSender({ ...connection, retries: times - 1, timeout, wait, random: Math.random });
}

export function serverConnection({ url, token }: Pick<ServerDestination, "url" | "token">): Connection {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  // The token is for the address that was named, wherever that would send its callers.
  const stream: Connection["stream"] = (target, init) => fetch(target, { ...init, redirect: "manual" });
  return { url, headers, fetch: lightFetch, stream };
}

/** Serves a database to this process alone, without a socket. */
export async function withDatabase<Result>(
  { url }: DatabaseDestination,
  { create }: LogOptions,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  // Only here: what a server is made of takes its time to load.
  const [{ createApp }, { limitsBy }, { databaseAddress, openDatabase }] = await Promise.all([
    import("../server/app.ts"),
    import("../config/limits.ts"),
    import("./maintenance/open-database.ts"),
  ]);
  const instead =
    create === undefined ? ", or a server with --url" : ", or a server with --url; --create makes this one";
  const { log } = await openDatabase(databaseAddress(url), { create: create === true, instead });
  try {
    const app = createApp({ log, config: { limits: limitsBy((_, most) => most) } });
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

/** The body of a 200. Throws what any other answer means. */
export async function bodyOf(what: string, response: Response): Promise<ReadableStream<Uint8Array>> {
  if (response.status === 200 && response.body !== null) return response.body;
  throw errorOfAnswer(what, response, await response.text());
}

/** Likewise, the whole of it as text. */
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
