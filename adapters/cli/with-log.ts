import { existsSync } from "node:fs";
import { databaseFile } from "../../storage/libsql/database-file.ts";
import { RunlessClientError } from "../client/client-error.ts";
import { errorOfAnswer } from "../client/error-answer.ts";
import { createSender, type Fetch, type Send } from "../client/http-sender.ts";
import { wait } from "../client/wait.ts";
import { type Config, defaultDatabaseUrl, resolveDatabase } from "../config.ts";
import { limitsBy } from "../limits.ts";
import { CommandError, exitCodes, sentenceOf } from "./exit-code.ts";
import { sendWaiting } from "./spool/send-waiting.ts";

export interface LogOptions {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly databaseUrl?: string | undefined;
}

/** A log, wherever it is: the same answers from a server and from a database that this process opened. */
export interface OpenLog {
  /** Asks the HTTP API, and answers the text of a 200. */
  readonly send: Send;
  /** As `send`, for what comes or goes in pieces: asked once, and any answer is answered. `path` is below /api/v1. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
}

export interface Purpose {
  /** Only what writes may create a database: elsewhere, a missing one is most likely a wrong name. */
  readonly writes: boolean;
}

/** Where the HTTP API is. */
export interface Connection {
  /** The server's address. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
}

const retries = 4;
const timeout = 30_000;

/** Opens the log that the options or the environment name, and lets go of it when the work has ended. */
export async function withLog(
  options: LogOptions,
  { writes }: Purpose,
  work: (log: OpenLog) => Promise<void>,
): Promise<void> {
  const server = serverUrl(options);
  if (server === undefined) return withDatabase(options, writes, (connection) => work(logOf(connection)));
  const connection = serverConnection(server, options);
  await sendWaiting(connection, { isReporting: false });
  await work(logOf(connection));
}

function logOf(connection: Connection): OpenLog {
  const { url, headers, fetch } = connection;
  return {
    send: senderOf(connection),
    fetch: (path, init) => fetchOnce(fetch, `${url}/api/v1/${path}`, headers, init),
  };
}

/** Asks as often as may help, or as it is told. */
export function senderOf(connection: Connection, times = 1 + retries): Send {
  return createSender({ ...connection, retries: times - 1, timeout, wait, random: Math.random });
}

/** The server that is meant, or undefined for a database. A flag wins over a variable. */
export function serverUrl({ url, token, databaseUrl }: LogOptions): string | undefined {
  if (url !== undefined && databaseUrl !== undefined) {
    throw new CommandError(exitCodes.usage, "Give --url or --database-url, not both.");
  }
  const given = url ?? (databaseUrl === undefined ? process.env.RUNLESS_URL || undefined : undefined);
  if (given === undefined && token !== undefined) {
    throw new CommandError(exitCodes.usage, "--token is for a server: give --url too.");
  }
  if (given === undefined) return undefined;
  const found = /^https?:\/\/[^/?#]/.test(given) && URL.canParse(given) ? new URL(given) : undefined;
  const got = `Got ${JSON.stringify(given)}.`;
  if (found === undefined) {
    throw new CommandError(exitCodes.usage, `--url (RUNLESS_URL) must be http://… or https://…. ${got}`);
  }
  if (found.username !== "" || found.password !== "") {
    const instead = "A server takes a token: give it as RUNLESS_TOKEN";
    throw new CommandError(exitCodes.usage, `--url (RUNLESS_URL) must have no user and no password in it. ${instead}.`);
  }
  // Always the same text for one server, since what waits for it is found by that.
  return found.origin + found.pathname.replace(/\/+$/, "");
}

/** Throws ConfigError. */
export function databaseOf({ databaseUrl }: LogOptions): Pick<Config, "databaseUrl" | "databaseAuthToken"> {
  return resolveDatabase(
    databaseUrl === undefined ? process.env : { ...process.env, RUNLESS_DATABASE_URL: databaseUrl },
  );
}

/** Refuses a file that is not there, before the driver creates it. `instead` says what else could be named. */
export function assertExists(databaseUrl: string, instead = ""): void {
  const file = databaseFile(databaseUrl);
  if (file === undefined || existsSync(file)) return;
  throw new CommandError(
    exitCodes.unreachable,
    `There is no database ${databaseUrl}. Name one with --database-url${instead}.`,
  );
}

export function serverConnection(url: string, options: LogOptions): Connection {
  const token = options.token ?? (process.env.RUNLESS_TOKEN || undefined);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return { url, headers, fetch: (target, init) => globalThis.fetch(target, init) };
}

/** Serves the database to this process alone, without a socket. */
export async function withDatabase<Result>(
  options: LogOptions,
  writes: boolean,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const { databaseUrl, databaseAuthToken } = databaseOf(options);
  if (!writes) assertExists(databaseUrl, ", or a server with --url");
  // Only here: what a server is made of takes its time to load.
  const [{ createApp }, { openEventLog }] = await Promise.all([
    import("../http/create-app.ts"),
    import("../../storage/open-event-log.ts"),
  ]);
  const file = databaseFile(databaseUrl);
  const isNew = file !== undefined && !existsSync(file);
  const log = await openEventLog({ url: databaseUrl, authToken: databaseAuthToken });
  try {
    // Whoever forgot to name a server would look for the report there.
    if (isNew && databaseUrl === defaultDatabaseUrl)
      console.error(`runless: made the database ${databaseUrl}; --url or RUNLESS_URL names a server instead`);
    const app = createApp({ log, config: { limits: limitsBy((_, most) => most) } });
    const fetch: Fetch = (url, init) => app.fetch(new Request(url, init));
    return await work({ url: "http://localhost", headers: {}, fetch });
  } finally {
    await log.close();
  }
}

async function fetchOnce(
  fetch: Fetch,
  url: string,
  headers: Connection["headers"],
  init: RequestInit = {},
): Promise<Response> {
  try {
    return await fetch(url, { ...init, headers: { ...headers, ...Object.fromEntries(new Headers(init.headers)) } });
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
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return new RunlessClientError("network", `${what}: ${sentenceOf(error)}${cause}`, { cause: error });
}
