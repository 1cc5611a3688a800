import { existsSync } from "node:fs";
import { databaseFile } from "../../storage/libsql/file/database-file.ts";
import { CommandError, exitCodes } from "./exit-code.ts";
import { lightFetch } from "./light-fetch.ts";
import { readUserConfig, type UserConfig, userConfigPath } from "./user-config.ts";

/** The options that name the log of a command. */
export interface LogOptions {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly databaseUrl?: string | undefined;
  /** Whether to create a missing database. Only commands that write have this option. */
  readonly create?: boolean | undefined;
}

/** Where a destination was found: an option, a variable, the user's configuration, the working directory, or none. */
type FoundBy = "flag" | "variable" | "configuration" | "folder" | "nobody";

export interface ServerDestination {
  readonly kind: "server";
  readonly url: string;
  readonly token: string | undefined;
  readonly foundBy: FoundBy;
}

export interface DatabaseDestination {
  readonly kind: "database";
  readonly url: string;
  readonly foundBy: FoundBy;
}

type Destination = ServerDestination | DatabaseDestination;

/** The default addresses of a server and its database. */
export const defaultServerUrl = "http://127.0.0.1:3000";
const databaseHere = "file:runless.db";

export interface DestinationDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: () => UserConfig | undefined;
  readonly exists: (file: string) => boolean;
  /** The version of the runless at an address; undefined if there is none. */
  readonly probe: (url: string) => Promise<string | undefined>;
}

const systemDeps: DestinationDeps = {
  env: process.env,
  config: () => readUserConfig(userConfigPath()),
  exists: existsSync,
  probe: probeServer,
};

/**
 * Finds the log of a command: the one that an option, a variable or the user's configuration names, in this order. Else a
 * database in the working directory, and else a runless on port 3000 of this machine. Rejects with CommandError if there
 * is none of these.
 */
export async function findDestination(options: LogOptions, deps: DestinationDeps = systemDeps): Promise<Destination> {
  const named = namedDestination(options, deps);
  if (named !== undefined) return checkCreate(named, options);
  if (options.create === true || deps.exists(databaseFile(databaseHere) ?? "")) {
    return { kind: "database", url: databaseHere, foundBy: "folder" };
  }
  if ((await deps.probe(defaultServerUrl)) !== undefined) {
    // Any program may listen on port 3000, and the token was not meant for it.
    return { kind: "server", url: defaultServerUrl, token: undefined, foundBy: "nobody" };
  }
  const create = options.create === undefined ? "" : " --create makes a database here.";
  throw new CommandError(
    exitCodes.unreachable,
    `Nothing says which log this is about: there is no database runless.db in this folder, and no runless at ${defaultServerUrl}. ` +
      `Name a server with --url, RUNLESS_URL or runless login, or a database with --database-url.${create}`,
  );
}

/** The destination that an option, a variable or the user's configuration names, in this order. */
export function namedDestination(
  options: LogOptions,
  { env, config }: Pick<DestinationDeps, "env" | "config"> = systemDeps,
): Destination | undefined {
  const { url, databaseUrl } = options;
  if (url !== undefined && databaseUrl !== undefined) {
    throw new CommandError(exitCodes.usage, "Give --url or --database-url, not both.");
  }
  const token = options.token ?? (env.RUNLESS_TOKEN || undefined);
  const server = (text: string, foundBy: FoundBy): Destination => {
    const address = serverAddress(text);
    return { kind: "server", url: address, token: token ?? tokenFor(address, config()), foundBy };
  };
  if (url !== undefined) return server(url, "flag");
  if (databaseUrl !== undefined) return withoutToken(options, { kind: "database", url: databaseUrl, foundBy: "flag" });
  if (env.RUNLESS_URL) return server(env.RUNLESS_URL, "variable");
  if (env.RUNLESS_DATABASE_URL) {
    return withoutToken(options, { kind: "database", url: env.RUNLESS_DATABASE_URL, foundBy: "variable" });
  }
  const configured = config();
  if (configured !== undefined) return server(configured.url, "configuration");
  return withoutToken(options, undefined);
}

/** Names the destination on standard error, unless an option or a variable named it. */
export function announce({ kind, url, foundBy }: Destination): void {
  if (foundBy === "folder") console.error(`runless: talking to the database ${url} in this folder`);
  if (foundBy === "nobody") {
    const token = process.env.RUNLESS_TOKEN ? "; it gets no token, since nobody named it: RUNLESS_URL does" : "";
    console.error(`runless: talking to ${url}, where a runless answers${token}`);
  }
  // Only at a terminal, and not in the mail of a cron job: the user chose this destination by logging in.
  if (foundBy === "configuration" && process.stderr.isTTY === true) {
    console.error(`runless: talking to the ${kind} ${url}, as ${userConfigPath()} says`);
  }
}

/** ` at http://…` or ` in file:…`; empty if an option or a variable named the destination. */
export function whereabouts({ kind, url, foundBy }: Destination): string {
  if (foundBy === "flag" || foundBy === "variable") return "";
  return kind === "server" ? ` at ${url}` : ` in ${url}`;
}

/**
 * Finds the database of a command that works on databases alone. `does` begins the error that is thrown if a server is
 * named, because a database in this folder is not its database.
 */
export function findDatabase(options: LogOptions, does: string, instead = ""): string {
  const named = namedDestination(options);
  if (named?.kind !== "server") return named?.url ?? databaseHere;
  const by = named.foundBy === "flag" ? "--url" : named.foundBy === "variable" ? "RUNLESS_URL" : userConfigPath();
  const problem = `${does}, and ${by} names the server ${named.url}`;
  throw new CommandError(exitCodes.usage, `${problem}. Give --database-url${instead}.`);
}

/** Normalizes the address of a server. Throws CommandError for any other text. */
export function serverAddress(text: string): string {
  const found = /^https?:\/\/[^/?#]/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (found === undefined) {
    const got = JSON.stringify(text);
    throw new CommandError(
      exitCodes.usage,
      `A server's address (--url, RUNLESS_URL) must be http://… or https://…. Got ${got}.`,
    );
  }
  if (found.username !== "" || found.password !== "") {
    const problem = "A server's address (--url, RUNLESS_URL) must have no user and no password in it";
    throw new CommandError(exitCodes.usage, `${problem}. runless takes a token: give it as RUNLESS_TOKEN.`);
  }
  return found.origin + found.pathname.replace(/\/+$/, "");
}

/** The version of the runless at an address, by its /health; undefined if none answers. */
async function probeServer(url: string): Promise<string | undefined> {
  try {
    return await askHealth(url);
  } catch {
    return undefined;
  }
}

/** Likewise, but rejects if nothing answers. */
export async function askHealth(url: string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(probeTimeout);
  const answer = await lightFetch(`${url}/health`, { signal });
  await answer.text();
  return answer.status === 200 ? (answer.headers.get("runless") ?? undefined) : undefined;
}

const probeTimeout = 2000;

function tokenFor(address: string, config: UserConfig | undefined): string | undefined {
  return config !== undefined && serverAddress(config.url) === address ? config.token : undefined;
}

function withoutToken<Found>({ token }: LogOptions, found: Found): Found {
  if (token === undefined) return found;
  throw new CommandError(exitCodes.usage, "--token is for a server, and none is named: give --url too.");
}

function checkCreate(named: Destination, { create }: LogOptions): Destination {
  if (create !== true || named.kind === "database") return named;
  const problem = `--create makes a database, and this is about the server ${named.url}`;
  throw new CommandError(exitCodes.usage, `${problem}. Give --database-url.`);
}
