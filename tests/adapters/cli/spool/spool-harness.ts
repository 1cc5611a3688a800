import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { portToReturnTo, type RunningServer, startServer, temporaryFolder } from "../../../server.ts";
import { type CliOptions, type CliResult, runCli } from "../run-cli.ts";

/** A user's state directory, with what is in its spool. */
export interface Spool {
  readonly env: { readonly XDG_STATE_HOME: string };
  readonly root: string;
  /** The paths of the reports that wait, oldest first. */
  waiting(): readonly string[];
  /** Of the reports that were refused. */
  refused(): readonly string[];
  read(path: string): SpoolFile;
  /** Changes what a file says. */
  rewrite(path: string, change: Partial<SpoolFile>): void;
  /** Runs the command on this spool. */
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
}

interface SpoolFile {
  readonly url: string;
  readonly kept_at: string;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly refused?: string;
}

export function newSpool(defaults: CliOptions = {}): Spool {
  const env = { XDG_STATE_HOME: join(temporaryFolder(), "state") };
  const root = join(env.XDG_STATE_HOME, "runless", "spool");
  const paths = (isRefused: boolean) =>
    files(root)
      .filter((path) => /\/\d[^/]*\.json$/.test(path) && path.includes("/refused/") === isRefused)
      .sort();
  const read = (path: string): SpoolFile => JSON.parse(readFileSync(path, "utf8"));
  return {
    env,
    root,
    waiting: () => paths(false),
    refused: () => paths(true),
    read,
    rewrite: (path, change) => writeFileSync(path, JSON.stringify({ ...read(path), ...change })),
    run: (args, options = {}) =>
      runCli(args, { ...defaults, ...options, env: { ...defaults.env, ...env, ...options.env } }),
  };
}

/** All files below a folder; none where it is not there. */
export function files(folder: string): readonly string[] {
  try {
    const found = readdirSync(folder, { recursive: true, withFileTypes: true });
    return found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** A port on which nothing listens until `start` starts the real server there, which can be stopped and started again. */
export async function newAbsentServer() {
  const databaseUrl = `file:${join(temporaryFolder(), "log.db")}`;
  const port = await portToReturnTo();
  return {
    url: `http://127.0.0.1:${port}`,
    start: (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<RunningServer> =>
      startServer("bun", { databaseUrl, args: ["--port", String(port), ...args], env }),
  };
}

export interface WireEvent {
  readonly id: number;
  readonly asset_key: readonly string[];
  readonly timestamp: string;
  readonly received_at: string;
  readonly partition: string | null;
  readonly metadata: Readonly<Record<string, { readonly raw_value: unknown }>>;
}

/** The events of a server, oldest first. */
export async function eventsOf(url: string, token?: string): Promise<readonly WireEvent[]> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api/v1/events?order=asc&limit=1000`, { headers });
  return ((await response.json()) as { readonly events: readonly WireEvent[] }).events;
}
