import { setTimeout as delay } from "node:timers/promises";
import { collectDefaultMetrics } from "prom-client";
import {
  type EventLog,
  EventLogError,
  type FileTrouble,
  type LibsqlEventLog,
  openStores,
  type TokenStore,
} from "../../storage/index.ts";
import { openedFile } from "../../storage/libsql/file/opened-file.ts";
import { databaseName } from "../../storage/libsql/store-error.ts";
import { type Config, ConfigError, flagsHelp, isLoopback, resolveConfig } from "../config/config.ts";
import { isLogging, logger, plain, setUpLogging } from "../config/logger.ts";
import { packageInfo } from "../config/package-info.ts";
import type { BrowserPolicy } from "../http/access/browser-guard.ts";
import { type OpenedTokenCache, openTokenCache } from "../http/access/token-cache.ts";
import type { AppEnv, RunlessApp } from "../http/app-deps.ts";
import type { Forwarder } from "../http/forwarder.ts";
import { watchEventLoop } from "./event-loop-lag.ts";
import { createApp, createMetrics } from "./http.ts";
import { runRetention } from "./run-retention.ts";
import { createStartingApp } from "./starting-app.ts";
import { createRequestThread, type RequestThreadOptions } from "./thread/request-thread.ts";

/** What a runtime does: listens, and lets go. */
export interface Listener {
  /** The port that it listens on. */
  readonly port: number;
  /** Takes no new connection, and resolves when every request that was accepted has its answer. */
  stop(): Promise<void>;
}

export interface App extends Partial<Pick<RunlessApp, "report">> {
  fetch(request: Request, env?: AppEnv["Bindings"]): Response | Promise<Response>;
}

export type Listen = (app: App, config: Config) => Promise<Listener>;

/**
 * The whole life of a server process: configuration, port, event log, app, banner, and on SIGTERM or SIGINT an orderly
 * end, with exit code 0. A start that fails says why in a sentence and exits with 1 (2 for a bad flag or variable).
 */
export async function runServer(runtime: string, listen: Listen): Promise<void> {
  // `runless serve` hands on what came after it.
  const args = process.argv.slice(process.argv[2] === "serve" ? 3 : 2);
  if (args.includes("--help")) return console.log(`The flags, their variables, and what they mean:\n${flagsHelp()}`);
  try {
    const config = resolveConfig(args, process.env);
    setUpLogging(config.log);
    const metrics = createMetrics();
    collectDefaultMetrics({ register: metrics.registry });
    const eventLoop = watchEventLoop(metrics.registry);
    let app: App = createStartingApp();
    // Before the log is opened, so that a long migration is not taken for a death, nor for readiness.
    const current: App = {
      fetch: (...request) => {
        eventLoop.noteRequest();
        return app.fetch(...request);
      },
      report: (...request) => {
        eventLoop.noteRequest();
        return app.report?.(...request);
      },
    };
    const listener = await listen(current, config).catch((error) => {
      throw new ListenError(config, error);
    });
    let damage: string | undefined;
    const noteDamage = (problem: string) => {
      if (damage !== undefined) return;
      damage = problem;
      logger.error("the database is damaged", { reason: problem });
    };
    let trouble: FileTrouble | undefined;
    const noteTrouble = (found: FileTrouble | undefined) => {
      trouble = found;
      if (found === undefined) logger.info("the database's files are back");
      else logger.error("the database's files are not as they were", { reason: found.problem });
    };
    const stores = await openStores({
      url: config.databaseUrl,
      authToken: config.databaseAuthToken,
      onCommit: metrics.committed,
      onDamage: noteDamage,
      onFileTrouble: noteTrouble,
      watchesLog: true,
      queue: { events: config.limits.queueEvents, bytes: config.limits.queueBytes },
    });
    const { log } = stores;
    const tokens = await openTokens(stores.tokens, config);
    const closing = new AbortController();
    const { signal } = closing;
    const browser = browserPolicy(config, tokens);
    const isAccepting = () => !signal.aborted;
    const deps = {
      log,
      tokens,
      config,
      metrics,
      browser,
      isAccepting,
      damage: () => trouble?.problem ?? damage,
      closing: signal,
    };
    const forwarder = forwarderFor(log, config, { onDamage: noteDamage, closing: signal });
    await forwarder?.opened().catch(({ message }) => logger.warn(plain(message))); // the next request starts another
    app = createApp(forwarder === undefined ? deps : { ...deps, forwarder });
    const keeping = { log, retention: config.retention, signal, onClock: metrics.clockAhead };
    void delay(beforeRetention, undefined, { signal, ref: false }).then(
      () => runRetention(keeping),
      () => {},
    );
    let askedAt: number | undefined;
    const end = () => {
      askedAt ??= performance.now();
      // Whoever asks twice does not want to wait. But Ctrl-C reaches what npm started twice: from the terminal, and from npm.
      if (signal.aborted && performance.now() - askedAt > echoMilliseconds) process.exit(1);
      if (signal.aborted) return;
      closing.abort();
      void finish(listener, log, config).then(() => endProcess(trouble?.isDamage === true));
    };
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
    const address = `http://${urlHost(config.host)}:${listener.port}`;
    logger.info(plain(`runless ${packageInfo().version} listening on ${address} (${runtime})`));
    logger.info(plain(`events are kept in ${databaseName(config.databaseUrl)}${durability(config.databaseUrl)}`));
    logger.info(plain(whoNeedsToken(tokens)));
  } catch (error) {
    if (!isExpected(error)) throw error;
    const sentence = `runless can't start: ${error.message}`;
    if (isLogging()) logger.fatal(plain(sentence));
    else console.error(sentence);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}

function whoNeedsToken(tokens: OpenedTokenCache): string {
  if (tokens.isOpen()) return "nobody needs a token: runless token create makes the first";
  const end = tokens.graceEnd();
  return end === undefined
    ? "requests need a token"
    : `requests need a token, but for reports until ${new Date(end).toISOString()}`;
}

/** A thread for reads and large bodies. A log in memory is this thread's alone. */
function forwarderFor(
  log: EventLog,
  { databaseUrl, databaseAuthToken, limits, log: { level } }: Config,
  hooks: Pick<RequestThreadOptions, "onDamage" | "closing">,
): Forwarder | undefined {
  if (!("appendEncoded" in log)) return undefined;
  const { appendEncoded, wipe } = log as LibsqlEventLog; // the only one that has it
  return createRequestThread({
    ...hooks,
    url: databaseUrl,
    authToken: databaseAuthToken,
    opened: openedFile(databaseUrl),
    limits,
    logLevel: level,
    append: appendEncoded,
    wipe,
  });
}

/** Retention reads, and nobody should wait at the start for what that loads. In milliseconds. */
const beforeRetention = 1000;

/** How long after a signal another one is taken for the same. */
const echoMilliseconds = 500;

async function finish(listener: Listener, log: EventLog, { shutdownSeconds }: Config): Promise<void> {
  logger.info("runless is finishing what it accepted; a second signal ends it at once");
  // A request whose body never ends must not keep the process.
  await Promise.race([listener.stop(), delay(shutdownSeconds * 1000)]);
  await log.close();
  logger.info("runless has ended");
}

/** An orderly end closes what is still open, and SQLite then moves its log into the file: not one that is damaged. */
function endProcess(isFileDamaged: boolean): void {
  if (isFileDamaged) process.kill(process.pid, "SIGKILL");
  else process.exit(0);
}

/** Names are looked at where they are given, and where nothing else keeps out a page that has its name point to here. */
function browserPolicy({ host, corsOrigins, allowedHosts }: Config, tokens: OpenedTokenCache): BrowserPolicy {
  const isLocal = isLoopback(host);
  const isOpen = () => tokens.isOpen() || tokens.graceEnd() !== undefined;
  const looksAtNames = () => allowedHosts.length > 0 || (isLocal && isOpen());
  return { corsOrigins, hosts: () => (looksAtNames() ? allowedHosts : undefined) };
}

async function openTokens(store: TokenStore, { host, insecure, tokens: fixed }: Config): Promise<OpenedTokenCache> {
  const neverOpen = !insecure && !isLoopback(host);
  if (!neverOpen || fixed.length > 0 || (await store.list()).length > 0) {
    return openTokenCache({ store, fixed, neverOpen, allowGrace: isLoopback(host) });
  }
  throw new ConfigError(
    `everybody who reaches ${host} could report, read and wipe, since there is no token. Make one with runless token create, or give RUNLESS_TOKENS, or listen on 127.0.0.1, or say --insecure.`,
  );
}

class ListenError extends Error {
  constructor(config: Config, cause: unknown) {
    super(`it can't listen on ${config.host}, port ${config.port}: ${whyNot(config, cause)}`, { cause });
  }
}

/** What the systems say of an address that can't be listened on, and what to do about it. */
function whyNot({ port }: Config, cause: unknown): string {
  const said = cause instanceof Error ? cause.message : String(cause);
  const { code = "" } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : {};
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: "another program does. Name another port with --port (RUNLESS_PORT), or 0 for a free one",
    EACCES: `this user may not listen on port ${port}. Name another with --port (RUNLESS_PORT)`,
    EADDRNOTAVAIL: "this machine has no such address. Name another with --host (RUNLESS_HOST)",
  };
  const found = advice[code];
  return found === undefined ? said : `${found}. (${said})`;
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
