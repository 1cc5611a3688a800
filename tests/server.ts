import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export type Runtime = "bun" | "node";
/** Every runtime that the contract suites run over. */
export const runtimes: readonly Runtime[] = ["bun", "node"];

const repository = new URL("..", import.meta.url).pathname;
const commands: Record<Runtime, readonly [string, ...string[]]> = {
  bun: [join(repository, "node_modules/.bin/bun"), "adapters/bun.ts"],
  node: ["node", "dist/adapters/node.js"],
};

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
  const [command = "", ...args] = [...(options.under ?? []), ...commands[runtime], ...flags];
  const child = spawn(command, args, {
    cwd: repository,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
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
    ended.then((code) => reject(new Error(`The ${runtime} server ended with ${code} before it listened:\n${output}`)));
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

const folders: string[] = [];
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is removed when this process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "runless-"));
  folders.push(folder);
  return folder;
}
