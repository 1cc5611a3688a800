import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { databaseFile } from "../storage/libsql/file/database-file.ts";

export type Runtime = "bun" | "node" | "deno";
export const everyRuntime: readonly Runtime[] = ["bun", "node", "deno"];
/** Those that suites run over: what RUNLESS_TEST_RUNTIMES names, else Bun and Node. Deno has its turn in test:external. */
export const runtimes = everyRuntime.filter((runtime) =>
  (process.env.RUNLESS_TEST_RUNTIMES ?? "bun,node").split(",").includes(runtime),
);

const repository = new URL("..", import.meta.url).pathname;
const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(repository, "package.json"), "utf8"),
).scripts;
/** Where each runtime's program is. */
export const programs: Readonly<Record<Runtime, string>> = {
  bun: join(repository, "node_modules/.bin/bun"),
  // Another Node than the one in the path, where RUNLESS_TEST_NODE says so.
  node: process.env.RUNLESS_TEST_NODE ?? "node",
  deno: join(repository, "tests/external/node_modules/.bin/deno"),
};
/** What Deno is told by npm run start:deno. */
export const denoArgs = scripts["start:deno"]?.split("exec deno ")[1]?.split(" ") ?? [];

function entryOf(runtime: Runtime, databaseUrl: string): readonly string[] {
  if (runtime === "bun") return ["adapters/bun.ts"];
  if (runtime === "node") return ["dist/adapters/node.js"];
  // With the permissions of npm run start:deno, and no more, but that the database is elsewhere.
  const folder = dirname(databaseFile(databaseUrl) ?? ".");
  return denoArgs.map((arg) => arg.replace(/^(--allow-(?:read|write)=\.)$/, `$1,${folder}`));
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  /** Its exit code once it has ended, or null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** What it has written to standard output and standard error so far. */
  output(): string;
}

export interface ServerOptions {
  /** Default: a new file that goes away with the process that asked for it. */
  readonly databaseUrl?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program that runs the server, with its arguments: `["setpriv", "--reuid", "65534"]`. */
  readonly under?: readonly string[];
}

/** Starts the real server on a free port of 127.0.0.1 and resolves once it says that it listens. */
export async function startServer(runtime: Runtime, options: ServerOptions = {}): Promise<RunningServer> {
  const databaseUrl = options.databaseUrl ?? `file:${join(temporaryFolder(), "runless.db")}`;
  const flags = ["--port", "0", "--database-url", databaseUrl, ...(options.args ?? [])];
  const [command = "", ...args] = [
    ...(options.under ?? []),
    programs[runtime],
    ...entryOf(runtime, databaseUrl),
    ...flags,
  ];
  return startProgram(command, args, { cwd: repository, env: options.env });
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Starts a program that runs a server, and resolves once it says that it listens. */
export async function startProgram(
  command: string,
  args: readonly string[],
  { cwd, env }: ProgramOptions,
): Promise<RunningServer> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const ended = once(child, "exit").then(([code]): number | null => code);
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => {
      output += `${line}\n`;
      const found = /listening on (http:\/\/\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    ended.then((code) => reject(new Error(`${command} ended with ${code} before it listened:\n${output}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    process: child,
    ended,
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      return await ended;
    },
    output: () => output,
  };
}

/**
 * A free port for a server that leaves it and comes back. It lies below those that systems give to outgoing connections
 * (32768 and more), one of which could have taken it meanwhile.
 */
export async function portToReturnTo(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

const folders: string[] = [];
process.on("exit", removeTemporaryFolders); // which bun test never says: clean-up.ts stands in for it

/** What is still in use, a disk that is mounted there, stays. */
export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error; // rmSync throws nothing else
    }
  }
}

/** An empty folder that is removed when this process, or this file of tests, ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "runless-"));
  folders.push(folder);
  return folder;
}
