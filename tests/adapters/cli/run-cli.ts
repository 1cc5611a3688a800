import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { openEventLog } from "../../../storage/index.ts";
import { programs, type RunningServer, type Runtime, startServer, temporaryFolder } from "../../server.ts";

const repository = new URL("../../..", import.meta.url).pathname;
const entries: Readonly<Record<Runtime, readonly string[]>> = {
  bun: [join(repository, "adapters/cli/runless.ts")],
  node: [join(repository, "dist/adapters/cli/runless.js")],
  deno: ["run", "--allow-all", join(repository, "adapters/cli/runless.ts")],
};

/** Of a test that starts processes, in milliseconds: how long that takes says nothing of what it promises. */
export const patience = 60_000;

export interface CliOptions {
  /** Default: bun, from the sources; node runs what is built. */
  readonly runtime?: Runtime;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. Default: nothing. */
  readonly input?: string;
  /** A program that runs the command, with its arguments: `["strace", "-f"]`. */
  readonly under?: readonly string[];
}

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command as a process of its own, in an empty folder, with nothing kept or configured by others. */
export function startCli(args: readonly string[], { runtime = "bun", env = {}, under = [] }: CliOptions = {}) {
  const { RUNLESS_URL, RUNLESS_TOKEN, RUNLESS_DATABASE_URL, ...inherited } = process.env;
  const cwd = temporaryFolder();
  const own = { XDG_STATE_HOME: join(cwd, "state"), XDG_CONFIG_HOME: join(cwd, "config") };
  const [command = "", ...rest] = [...under, programs[runtime], ...entries[runtime], ...args];
  return spawn(command, rest, {
    cwd,
    env: { ...inherited, ...own, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = startCli(args, options);
  child.stdin.end(options.input ?? "");
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { exitCode, stdout, stderr };
}

/** A log to talk to, by the variables that name it. */
export interface Target {
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<unknown>;
}

/** A log without events, in a file of its own. */
export function newFile(): Target {
  const file = join(temporaryFolder(), "log.db");
  copyFileSync(emptyLog, file);
  return { env: { RUNLESS_DATABASE_URL: `file:${file}` }, stop: async () => {} };
}

const emptyLog = await makeEmptyLog();

async function makeEmptyLog(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "runless-empty-")); // for every file of tests that this process runs
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "log.db");
  const log = await openEventLog({ url: `file:${file}` });
  await log.close();
  return file;
}

export async function newServer(): Promise<Target & { readonly server: RunningServer }> {
  const server = await startServer("bun");
  return { env: { RUNLESS_URL: server.url }, stop: () => server.stop(), server };
}

export const targets = { "a server": newServer, "a file": async () => newFile() } as const;

/** Runs the command at a terminal, where `answer` is typed as soon as the command has shown `question`. */
export async function runAtTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { question, answer }: { readonly question: string; readonly answer: string },
): Promise<{ readonly exitCode: number; readonly shown: string }> {
  let shown = "";
  const cwd = temporaryFolder();
  const child = Bun.spawn([process.execPath, ...entries.bun, ...args], {
    cwd,
    env: { ...process.env, XDG_STATE_HOME: join(cwd, "state"), XDG_CONFIG_HOME: join(cwd, "config"), ...env },
    terminal: {
      cols: 400,
      rows: 20,
      data: (terminal, bytes) => {
        const wasAsked = shown.includes(question);
        shown += new TextDecoder().decode(bytes);
        if (!wasAsked && shown.includes(question)) terminal.write(answer);
      },
    },
  });
  return { exitCode: await child.exited, shown };
}
