import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

interface CommandOutcome {
  /** As in a shell: 128 + n for signal n, 127 for a missing command, 126 for one that can't be run. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its standard error. */
  readonly stderr: string;
}

const mostLines = 20;
const mostBytes = 8192;
/** How long to wait for standard error to close if a process of the command is still running, in milliseconds. */
const stderrTimeout = 500;

/** Runs a command with the standard input and outputs of this process. */
export async function runCommand(file: string, args: readonly string[]): Promise<CommandOutcome> {
  // Before the command starts, because a signal may come at once.
  const stop = passSignals((signal) => child.kill(signal));
  const child = spawn(file, args, { stdio: ["inherit", "inherit", "pipe"] });
  let tail = Buffer.alloc(0);
  child.stderr.on("data", (chunk: Buffer) => {
    process.stderr.write(chunk);
    tail = Buffer.concat([tail, chunk]).subarray(-mostBytes);
  });
  const closed = once(child.stderr, "close");
  try {
    const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code, signal) => resolve([code, signal]));
    });
    await Promise.race([closed, delay(stderrTimeout, undefined, { ref: false })]);
    child.stderr.destroy();
    const stderr = tail.toString("utf8").trimEnd().split("\n").slice(-mostLines).join("\n");
    return { exitCode: exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal]), signal, stderr };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // spawn rejects with no other type
    const stderr = code === "ENOENT" ? `There is no command ${file}.` : `${file} can't be run: ${message}`;
    console.error(`runless: ${stderr}`);
    return { exitCode: code === "ENOENT" ? 127 : 126, signal: null, stderr };
  } finally {
    stop();
  }
}

/** Passes signals to the command, and keeps this process alive for the report. A terminal sends Ctrl-C to both. */
function passSignals(pass: (signal: NodeJS.Signals) => void): () => void {
  const interrupt = () => {
    if (![process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)) pass("SIGINT");
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", pass);
  process.on("SIGHUP", pass);
  return () => {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", pass);
    process.off("SIGHUP", pass);
  };
}
