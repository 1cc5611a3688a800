import { existsSync } from "node:fs";
import { databaseFile } from "../../storage/libsql/database-file.ts";
import { RunlessClientError } from "../client/client-error.ts";
import { errorOfAnswer } from "../client/error-answer.ts";
import { createSender, type Fetch, type Send } from "../client/http-sender.ts";
import { RunlessClient } from "../client/runless-client.ts";
import { wait } from "../client/wait.ts";
import { type Config, defaultDatabaseUrl, resolveDatabase } from "../config.ts";
import { limitsBy } from "../limits.ts";
import type { RunlessApi } from "../runless-api.ts";
import { CommandError, exitCodes, sentenceOf } from "./exit-code.ts";

export interface LogOptions {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly databaseUrl?: string | undefined;
}

/** A log, wherever it is: the same answers from a server and from a database that this process opened. */
export interface OpenLog {
  readonly api: RunlessApi;
  /** Asks the HTTP API, which has more in it than the interface; answers the text of a 200. */
  readonly send: Send;
  /** As `send`, for what comes or goes in pieces: asked once, and any answer is answered. `path` is below /api/v1. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
}

export interface Purpose {
  /** Only what writes may create a database: elsewhere, a missing one is most likely a wrong name. */
  readonly writes: boolean;
}

const patience = { retries: 4, timeout: 30_000, wait, random: Math.random };

/** Opens the log that the options or the environment name, and lets go of it when the work has ended. */
export async function withLog(
  options: LogOptions,
  { writes }: Purpose,
  work: (log: OpenLog) => Promise<void>,
): Promise<void> {
  const server = serverUrl(options);
  const { api, base, headers, fetch } =
    server === undefined ? await openDatabase(databaseOf(options), writes) : openServer(server, options);
  try {
    const send = createSender({ url: base, headers, fetch, ...patience });
    await work({ api, send, fetch: (path, init) => fetchOnce(fetch, `${base}/api/v1/${path}`, headers, init) });
  } finally {
    await api.close();
  }
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
  if (/^https?:\/\/[^/?#]/.test(given) && URL.canParse(given)) return given.replace(/\/+$/, "");
  throw new CommandError(
    exitCodes.usage,
    `--url (RUNLESS_URL) must be http://… or https://…. Got ${JSON.stringify(given)}.`,
  );
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

interface Door {
  readonly api: RunlessApi;
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
}

function openServer(base: string, options: LogOptions): Door {
  const token = options.token ?? (process.env.RUNLESS_TOKEN || undefined);
  const fetch: Fetch = (url, init) => globalThis.fetch(url, init);
  const api = new RunlessClient({ url: base, token, fetch, ...patience });
  return { api, base, headers: token === undefined ? {} : { authorization: `Bearer ${token}` }, fetch };
}

/** Serves the database to this process alone, without a socket. */
async function openDatabase(
  { databaseUrl, databaseAuthToken }: ReturnType<typeof databaseOf>,
  writes: boolean,
): Promise<Door> {
  if (!writes) assertExists(databaseUrl, ", or a server with --url");
  // Only here: what a server is made of takes its time to load.
  const [{ createApp }, { openEventLog }, { RunlessInstance }] = await Promise.all([
    import("../http/create-app.ts"),
    import("../../storage/open-event-log.ts"),
    import("../instance.ts"),
  ]);
  const file = databaseFile(databaseUrl);
  const isNew = file !== undefined && !existsSync(file);
  const log = await openEventLog({ url: databaseUrl, authToken: databaseAuthToken });
  // Whoever forgot to name a server would look for the report there.
  if (isNew && databaseUrl === defaultDatabaseUrl)
    console.error(`runless: made the database ${databaseUrl}; --url or RUNLESS_URL names a server instead`);
  const app = createApp({ log, config: { limits: limitsBy((_, most) => most) } });
  const fetch: Fetch = (url, init) => app.fetch(new Request(url, init));
  return { api: new RunlessInstance(log), base: "http://localhost", headers: {}, fetch };
}

async function fetchOnce(
  fetch: Fetch,
  url: string,
  headers: Door["headers"],
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
