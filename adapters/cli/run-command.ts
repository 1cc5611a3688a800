import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

export interface CommandOutcome {
  /** As a shell says it: 128 + n for signal n, 127 for a command that is not there, 126 for one that can't be run. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of what it wrote to standard error. */
  readonly stderr: string;
}

const mostLines = 20;
const mostBytes = 8192;
/** How long a process that the command left behind may keep standard error open. */
const stderrTimeout = 500;

/** Runs the command with this process's own input and outputs. */
export async function runCommand(file: string, args: readonly string[]): Promise<CommandOutcome> {
  // Before the command starts: a signal may come as soon as it does.
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
    const { code, message } = error as NodeJS.ErrnoException; // spawn fails with nothing else
    const stderr = code === "ENOENT" ? `There is no command ${file}.` : `${file} can't be run: ${message}`;
    console.error(`runless: ${stderr}`);
    return { exitCode: code === "ENOENT" ? 127 : 126, signal: null, stderr };
  } finally {
    stop();
  }
}

/** Keeps this process for the report. At a terminal, Ctrl-C goes to the command by itself. */
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
