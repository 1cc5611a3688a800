import { CommanderError } from "@commander-js/extra-typings";
import type { EventLogErrorCode } from "../../storage/event-log-error.ts";
import type { RunlessClientErrorCode } from "../client/client-error.ts";
import type { ConfigError } from "../config/config.ts";

export const exitCodes = { ok: 0, failed: 1, usage: 2, unreachable: 3, timeUp: 4, interrupted: 130 } as const;
type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodesHelp = `Exit codes:
  0    done
  1    refused, not found, or failed
  2    wrong usage: an argument, an option or a variable
  3    the server or the database can't be reached or opened; the same command may work later
  4    the time of runless wait is up
  130  ended by Ctrl-C
  runless exec ends with the exit code of the command that it runs.`;

/** Ends a command with a message and an exit code. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The error of a command that is called wrongly. */
export function usageError(problem: string): CommandError {
  return new CommandError(exitCodes.usage, problem);
}

/** Writes the message of an error to standard error, and returns its exit code. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) {
    // --help ends like this too. Commander has written the message of an error already.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  console.error(`runless: ${sentenceOf(error)}`);
  return exitCodeFor(error);
}

/** The exit code of an error. */
export function exitCodeFor(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode;
  // By its code, and not its class, whose module a command may not need.
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new Map(Object.entries(codes)).get(code) ?? exitCodes.failed;
}

/** The message of an error for a command line. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The server's message is about headers, which commands write themselves.
  const isTokenWrong = "code" in error && error.code === "unauthorized";
  return isTokenWrong
    ? `${error.message} This command takes it from RUNLESS_TOKEN, --token or runless login.`
    : error.message;
}

type Code = EventLogErrorCode | RunlessClientErrorCode | ConfigError["code"] | "invalid_event";

const codes: Readonly<Partial<Record<Code, ExitCode>>> = {
  invalid_event: exitCodes.usage,
  bad_configuration: exitCodes.usage,
  bad_request: exitCodes.usage,
  bad_cursor: exitCodes.usage,
  unavailable: exitCodes.unreachable,
  unknown_outcome: exitCodes.unreachable,
  unusable_database: exitCodes.unreachable,
  network: exitCodes.unreachable,
  timeout: exitCodes.unreachable,
  bad_answer: exitCodes.unreachable,
};
