import { collectDefaultMetrics } from "prom-client";
import {
  EventLogError,
  type LibsqlDefinitionStore,
  type LibsqlEventLog,
  openStores,
  type Stores,
} from "../../storage/index.ts";
import { openedFile } from "../../storage/libsql/file/opened-file.ts";
import { databaseName } from "../../storage/libsql/store-error.ts";
import { type Config, ConfigError, flagsHelp, resolveConfig } from "../config/config.ts";
import { isLogging, logger, plain, setUpLogging } from "../config/logger.ts";
import { packageInfo } from "../config/package-info.ts";
import type { AppEnv, RunlessApp } from "../http/app-deps.ts";
import type { Forwarder } from "../http/forwarder.ts";
import { createMetrics, type Metrics } from "../http/operations/metrics.ts";
import { browserPolicy, openTokens, tokenSentence } from "./access-policy.ts";
import { pause } from "./clocks.ts";
import { createApp } from "./create-app.ts";
import { DatabaseHealth } from "./database-health.ts";
import { EventLoopLag } from "./event-loop-lag.ts";
import { newerSchema } from "./newer-schema.ts";
import { runRetention } from "./run-retention.ts";
import type { PreparedSender } from "./sending/start-sender.ts";
import { shutDownOnSignals } from "./shutdown.ts";
import { createStartingApp } from "./starting-app.ts";
import { createRequestThread, type RequestThreadOptions } from "./thread/request-thread.ts";
import { runWatcher } from "./watching/run-watcher.ts";

interface Listener {
  /** The port that it listens on. */
  readonly port: number;
  /** Takes no new connection, and resolves when every accepted request has its answer. */
  stop(): Promise<void>;
}

/** An app as a runtime serves it. */
export interface App extends Partial<Pick<RunlessApp, "report">> {
  fetch(request: Request, env?: AppEnv["Bindings"]): Response | Promise<Response>;
}

/** Serves an app with the HTTP server of a runtime. */
export type Listen = (app: App, config: Config) => Promise<Listener>;

/**
 * Runs a server process until a signal ends it. A start that fails says why in a sentence, and exits with 1, or with 2
 * for a wrong flag or variable.
 */
export async function runServer(runtime: string, listen: Listen): Promise<void> {
  // `runless serve` passes its own flags on.
  const args = process.argv.slice(process.argv[2] === "serve" ? 3 : 2);
  if (args.includes("--help")) return console.log(`The flags, their variables, and what they mean:\n${flagsHelp()}`);
  try {
    const config = resolveConfig(args, process.env);
    setUpLogging(config.log);
    await startServer(runtime, config, listen);
  } catch (error) {
    if (!isExpected(error)) throw error;
    const sentence = `runless can't start: ${error.message}`;
    if (isLogging()) logger.fatal(plain(sentence));
    else console.error(sentence);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}

async function startServer(runtime: string, config: Config, listen: Listen): Promise<void> {
  const prepared = await senderOf(config);
  const metrics = createMetrics();
  collectDefaultMetrics({ register: metrics.registry });
  const served = new ServedApp(new EventLoopLag(metrics.registry));
  // Listens before the log is opened: during a long migration the server must be alive, but not ready.
  const listener = await listen(served, config).catch((error) => {
    throw new ListenError(config, error);
  });
  const health = new DatabaseHealth();
  const stores = await openDatabase(config, metrics, health);
  const { log } = stores;
  const tokens = await openTokens(stores.tokens, config);
  const closing = new AbortController();
  const { signal } = closing;
  const forwarder = forwarderFor(stores, config, { onDamage: health.noteDamage, closing: signal });
  await forwarder?.opened().catch(({ message }) => logger.warn(plain(message))); // the next request starts another
  await prepared?.noteNewest(log);
  served.use(
    createApp({
      log,
      definitions: stores.definitions,
      watching: stores.watching,
      sending: stores.sending,
      tokens,
      config,
      metrics,
      browser: browserPolicy(config, tokens),
      isAccepting: () => !signal.aborted,
      damage: () => health.problem(),
      closing: signal,
      ...(forwarder && { forwarder }),
    }),
  );
  const retention = { log, retention: config.retention, signal, onClock: metrics.clockAhead };
  void pause(beforeRetention, signal).then(() => runRetention(retention)); // which ends at once after the signal
  const { watching: store } = stores;
  const settle = config.settleSeconds * 1000;
  const watcher = runWatcher({ store, log, signal, settle, onState: metrics.watched });
  const sender = prepared?.start({ stores, config, metrics, signal, ownPort: () => listener.port });
  const end = shutDownOnSignals({
    closing,
    stopListening: () => listener.stop(),
    closeLog: async () => {
      await Promise.all([watcher, sender]);
      await log.close();
    },
    seconds: config.shutdownSeconds,
    isFileDamaged: () => health.isFileDamaged(),
  });
  void newerSchema({ log, signal }).then((problem) => {
    if (problem === undefined) return;
    logger.fatal(plain(`runless stops: ${problem}`));
    end(1);
  });
  logger.info(plain(`runless ${packageInfo().version} listening on ${addressOf(config, listener)} (${runtime})`));
  logger.info(plain(`events are kept in ${databaseName(config.databaseUrl)}${durability(config.databaseUrl)}`));
  logger.info(plain(tokenSentence(tokens)));
}

/** What tells destinations is loaded only where there are any. Throws ConfigError for a wrong file. */
async function senderOf({ destinations }: Config): Promise<PreparedSender | undefined> {
  if (destinations === undefined) return undefined;
  const { prepareSender } = await import("./sending/start-sender.ts");
  return prepareSender(destinations);
}

/** Retention reads the log. The start must not wait for the code that this loads. In milliseconds. */
const beforeRetention = 1000;

/** The app that the runtime serves: at first one that is starting, then the real one. */
class ServedApp implements App {
  readonly #eventLoop: EventLoopLag;
  #app: App = createStartingApp();

  constructor(eventLoop: EventLoopLag) {
    this.#eventLoop = eventLoop;
  }

  use(app: App): void {
    this.#app = app;
  }

  readonly fetch: App["fetch"] = (...request) => {
    this.#eventLoop.noteRequest();
    return this.#app.fetch(...request);
  };

  readonly report: RunlessApp["report"] = (...request) => {
    this.#eventLoop.noteRequest();
    return this.#app.report?.(...request);
  };
}

function openDatabase(config: Config, metrics: Metrics, health: DatabaseHealth): Promise<Stores> {
  return openStores({
    url: config.databaseUrl,
    authToken: config.databaseAuthToken,
    onCommit: metrics.committed,
    onDamage: health.noteDamage,
    onFileTrouble: health.noteFileTrouble,
    watchesLog: true,
    queue: { events: config.limits.queueEvents, bytes: config.limits.queueBytes },
  });
}

/** A thread for reads and large bodies. Undefined for a log in memory, which other threads can't read. */
function forwarderFor(
  { log, definitions }: Stores,
  { databaseUrl, databaseAuthToken, limits, log: { level } }: Config,
  hooks: Pick<RequestThreadOptions, "onDamage" | "closing">,
): Forwarder | undefined {
  if (!("appendEncoded" in log)) return undefined;
  const { appendEncoded, wipe } = log as LibsqlEventLog; // no other log has appendEncoded
  const { replaceEncoded } = definitions as LibsqlDefinitionStore; // of the same database
  return createRequestThread({
    ...hooks,
    url: databaseUrl,
    authToken: databaseAuthToken,
    opened: openedFile(databaseUrl),
    limits,
    logLevel: level,
    append: appendEncoded,
    wipe,
    replaceDefinitions: replaceEncoded,
  });
}

class ListenError extends Error {
  constructor(config: Config, cause: unknown) {
    super(`it can't listen on ${config.host}, port ${config.port}: ${listenProblem(config, cause)}`, { cause });
  }
}

/** Why the address can't be listened on, and what to do about it. */
function listenProblem({ port }: Config, cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const { code = "" } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : {};
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: "another program does. Name another port with --port (RUNLESS_PORT), or 0 for a free one",
    EACCES: `this user may not listen on port ${port}. Name another with --port (RUNLESS_PORT)`,
    EADDRNOTAVAIL: "this machine has no such address. Name another with --host (RUNLESS_HOST)",
  };
  const found = advice[code];
  return found === undefined ? message : `${found}. (${message})`;
}

function isExpected(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof EventLogError || error instanceof ListenError;
}

function addressOf({ host }: Config, { port }: Listener): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function durability(url: string): string {
  if (url === ":memory:") return " and go away with this process";
  return url.startsWith("file:") ? ", every answer after its commit (WAL, synchronous=FULL)" : "";
}
