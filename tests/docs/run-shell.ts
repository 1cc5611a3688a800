import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type WireEvent, walkEvents } from "../read-events.ts";
import { programs } from "../server.ts";
import type { Block } from "./markdown.ts";

/** How a block of shell commands is run, and what it must do. */
export interface ShellCase {
  /** Files that the block's folder has: programs, if they begin with `#!`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Commands that come first. `meanwhile` can be defined here: `until_seen` calls it again and again. */
  readonly before?: string;
  /** Replaced in the block. Each must be there. */
  readonly replace?: Readonly<Record<string, string>>;
  /** Lines that run until somebody ends them, and the text in their output that is waited for. */
  readonly endless?: Readonly<Record<string, string>>;
  /** Default: 0. */
  readonly exitCode?: number;
  readonly check?: (result: ShellResult) => void | Promise<void>;
}

export interface ShellResult {
  readonly output: string;
  readonly errors: string;
  readonly folder: string;
  /** What was reported since the block began, oldest first. */
  readonly recorded: readonly WireEvent[];
}

export interface ShellContext {
  /** Where it runs: an empty folder, or that of the server's database. */
  readonly folder: string;
  /** The server's address, which stands for http://127.0.0.1:3000. */
  readonly url: string;
  /** How the server's events are read, oldest first. Default: from the server, without a token. */
  readonly events?: () => Promise<readonly WireEvent[]>;
}

const cli = join(import.meta.dir, "../../adapters/cli/runless.ts");

// Ends what runs in the background by SIGTERM: bash has it ignore SIGINT.
const prelude = `
meanwhile() { :; }
until_seen() {
  local text=$1; shift
  "$@" > seen.txt 2>&1 &
  local pid=$!
  for _ in $(seq 300); do
    ! grep -q -e "$text" seen.txt || break
    kill -0 $pid || break
    meanwhile > /dev/null
    sleep 0.05
  done
  kill $pid; wait $pid || true
  grep -e "$text" seen.txt || { cat seen.txt >&2; return 1; }
}
`;

/**
 * Runs a block by bash in a folder, with this repository's `runless` on the path and without this user's settings.
 * Throws where it ends with another exit code than the case names.
 */
export async function runShell(block: Block, given: ShellCase, context: ShellContext): Promise<ShellResult> {
  const { folder, url, events: all = () => Array.fromAsync(walkEvents(url)) } = context;
  // The server judges meanwhile what blocks define: what it records of that comes whenever it does.
  const events = async () => (await all()).filter(({ type }) => type !== "FRESHNESS_STATE_CHANGE");
  const environment = shellEnvironment(folder);
  for (const [name, text] of Object.entries(given.files ?? {})) writeProgram(join(folder, name), text);
  let code = block.code;
  for (const [text, by] of Object.entries(given.replace ?? {})) code = replaced(block, code, text, by);
  for (const [line, text] of Object.entries(given.endless ?? {})) {
    code = replaced(block, code, line, `until_seen '${text}' ${line}`);
  }
  code = code.replaceAll("http://127.0.0.1:3000", url);
  const before = await events();
  const child = Bun.spawn(["bash", "-e", "-o", "pipefail", "-c", `${prelude}${given.before ?? ""}\n${code}`], {
    cwd: folder,
    env: { ...environment, URL: url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (exitCode !== (given.exitCode ?? 0)) {
    throw new Error(`${block.file}:${block.line} ended with ${exitCode}:\n${code}\n${output}${errors}`);
  }
  // Oldest first, so that those of this block are the last.
  return { output, errors, folder, recorded: (await events()).slice(before.length) };
}

/** An environment with this repository's `runless` on the path and an empty home folder. */
export function shellEnvironment(folder: string): { readonly PATH: string; readonly HOME: string } {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  writeProgram(join(bin, "runless"), `#!/bin/sh\nexec "${programs.bun}" "${cli}" "$@"\n`);
  return { PATH: `${bin}:${process.env.PATH}`, HOME: folder };
}

function replaced(block: Block, code: string, text: string, by: string): string {
  if (!code.includes(text)) throw new Error(`${block.file}:${block.line} has no longer: ${text}`);
  return code.replaceAll(text, by);
}

function writeProgram(path: string, text: string): void {
  writeFileSync(path, text);
  if (text.startsWith("#!")) chmodSync(path, 0o755);
}
