import { setTimeout as delay } from "node:timers/promises";
import { type EventLog, EventLogError, openEventLog } from "../storage/index.ts";
import { databaseName } from "../storage/libsql/store-error.ts";
import { type Config, ConfigError, flagsHelp, resolveConfig } from "./config.ts";
import { createApp } from "./http/index.ts";
import { packageInfo } from "./package-info.ts";

/** What a runtime does: listens, and lets go. */
export interface Listener {
  /** The port that it listens on. */
  readonly port: number;
  /** Takes no new connection, and resolves when every request that was accepted has its answer. */
  stop(): Promise<void>;
}

export type Listen = (app: ReturnType<typeof createApp>, config: Config) => Promise<Listener>;

/**
 * The whole life of a server process: configuration, event log, app, banner, and on SIGTERM or SIGINT an orderly end,
 * with exit code 0. A start that fails says why in a sentence and exits with 1 (2 for a bad flag or variable).
 */
export async function runServer(runtime: string, listen: Listen): Promise<void> {
  // `runless serve` hands on what came after it.
  const args = process.argv.slice(process.argv[2] === "serve" ? 3 : 2);
  if (args.includes("--help")) return console.log(`The flags, their variables, and what they mean:\n${flagsHelp()}`);
  try {
    const config = resolveConfig(args, process.env);
    const log = await openEventLog({ url: config.databaseUrl, authToken: config.databaseAuthToken });
    const closing = new AbortController();
    const { signal } = closing;
    const app = createApp({ log, config, isAccepting: () => !signal.aborted, closing: signal });
    const listener = await listen(app, config).catch((error) => {
      throw new ListenError(config, error);
    });
    const end = () => {
      // Whoever asks twice does not want to wait.
      if (signal.aborted) process.exit(1);
      closing.abort();
      void finish(listener, log, config);
    };
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
    console.log(
      `runless ${packageInfo().version} listening on http://${urlHost(config.host)}:${listener.port} (${runtime})`,
    );
    console.log(`events are kept in ${databaseName(config.databaseUrl)}${durability(config.databaseUrl)}`);
  } catch (error) {
    if (!isExpected(error)) throw error;
    console.error(`runless can't start: ${error.message}`);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}

async function finish(listener: Listener, log: EventLog, { shutdownSeconds }: Config): Promise<never> {
  console.log("runless is finishing what it accepted; a second signal ends it at once");
  // A request whose body never ends must not keep the process.
  await Promise.race([listener.stop(), delay(shutdownSeconds * 1000)]);
  await log.close();
  process.exit(0);
}

class ListenError extends Error {
  constructor({ host, port }: Config, cause: unknown) {
    super(`it can't listen on ${host}, port ${port}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function isExpected(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof EventLogError || error instanceof ListenError;
}

function durability(url: string): string {
  if (url === ":memory:") return " and go away with this process";
  return url.startsWith("file:") ? ", every answer after its commit (WAL, synchronous=FULL)" : "";
}

function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
