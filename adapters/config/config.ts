import { parseArgs } from "node:util";
import * as v from "valibot";
import { databaseUrlForms, databaseUrlPattern } from "../../storage/database-url.ts";
import type { NewToken } from "../../storage/index.ts";
import { type Limits, limitFlag, limitFlags, limitsBy } from "./limits.ts";
import type { LogSettings } from "./logger.ts";
import { type Retention, type RetentionFlag, retentionBy, retentionFlags } from "./retention.ts";
import { staticTokens } from "./static-tokens.ts";

/** The configuration of a server, resolved once when it starts. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly databaseAuthToken: string | undefined;
  /** How long a server that shuts down waits for requests under way. */
  readonly shutdownSeconds: number;
  /** How long no freshness gets worse after a stop, and after how long a clock that is behind is followed. */
  readonly settleSeconds: number;
  /** The operator's file of destinations; undefined: this server tells nobody. */
  readonly destinations: string | undefined;
  /** Under which address people reach the server: messages link to its pages. Without a slash at its end. */
  readonly publicUrl: string | undefined;
  readonly limits: Limits;
  /** Tokens in addition to those in the database. */
  readonly tokens: readonly NewToken[];
  /** Whether to listen on an address that other machines reach, although requests need no token. */
  readonly insecure: boolean;
  /** Origins whose pages may use the server from a browser, in addition to its own. */
  readonly corsOrigins: readonly string[];
  /** Host names that requests may use, if the server checks them. */
  readonly allowedHosts: readonly string[];
  readonly log: LogSettings;
  readonly metrics: {
    /** A metric for each asset. */
    readonly assets: boolean;
  };
  readonly retention: Retention;
}

/** A wrong flag or variable. The message names it, what is expected, and what was given. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "bad_configuration";
}

interface Setting {
  readonly env: string;
  readonly default?: string;
  readonly help: string;
  /** A flag that takes no value. */
  readonly isSwitch?: true;
  /** Whether errors must not show the value. */
  readonly isSecret?: true;
}

/** The default database. */
const defaultDatabaseUrl = "file:runless.db";

const settings = {
  host: { env: "RUNLESS_HOST", default: "127.0.0.1", help: "address to listen on" },
  port: { env: "RUNLESS_PORT", default: "3000", help: "port to listen on; 0 takes a free one" },
  "database-url": {
    env: "RUNLESS_DATABASE_URL",
    default: defaultDatabaseUrl,
    help: "where events are kept: file:…, libsql://…, http(s)://…, or :memory:",
  },
  "database-auth-token": { env: "RUNLESS_DATABASE_AUTH_TOKEN", help: "token of a remote database" },
  "shutdown-seconds": {
    env: "RUNLESS_SHUTDOWN_SECONDS",
    default: "10",
    help: "how long requests under way may take to finish",
  },
  "settle-seconds": {
    env: "RUNLESS_SETTLE_SECONDS",
    default: "60",
    help: "how long nothing counts as late after a stop: what should have come may still be on its way",
  },
  destinations: {
    env: "RUNLESS_DESTINATIONS",
    help: "a file of those who are told: webhooks, Slack, PagerDuty, e-mail. SIGHUP reads it again",
  },
  "public-url": {
    env: "RUNLESS_PUBLIC_URL",
    help: "the address under which people reach the server, for links in messages: https://runless.example",
  },
  tokens: {
    env: "RUNLESS_TOKENS",
    isSecret: true,
    help: "tokens: <name>:<scopes>=<secret> or <name>:<scopes>:<prefix>=<secret> …; best as the variable",
  },
  insecure: { env: "RUNLESS_INSECURE", isSwitch: true, help: "listen for other machines although there is no token" },
  "cors-origin": { env: "RUNLESS_CORS_ORIGIN", help: "origins whose pages may use the server: https://…, https://…" },
  "allowed-host": { env: "RUNLESS_ALLOWED_HOST", help: "host names that requests may call the server by" },
  "log-level": {
    env: "RUNLESS_LOG_LEVEL",
    default: "info",
    help: "error, warning, info, or debug: a line per request",
  },
  "log-format": { env: "RUNLESS_LOG_FORMAT", default: "auto", help: "json, text, or auto: text at a terminal" },
  "metrics-assets": { env: "RUNLESS_METRICS_ASSETS", isSwitch: true, help: "a metric for each asset" },
  ...retentionFlags,
  ...limitFlags,
} as const satisfies Readonly<Record<string, Setting>>;

type SettingName = keyof typeof settings;

/** The names of all flags. */
export const flagNames: readonly string[] = Object.keys(settings);

const wholeNumber = (from: number, to: number) =>
  v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number), v.minValue(from), v.maxValue(to));

/** Flags take precedence over variables, and variables over defaults. An empty variable counts as absent. Throws ConfigError. */
export function resolveConfig(args: readonly string[], env: Environment): Config {
  const flags = readFlags(args);
  const value = reader(flags, env);
  const count = (name: SettingName, from: number, to: number) =>
    value(name, wholeNumber(from, to), `a whole number from ${from} to ${to}`);

  return {
    host: value("host", v.pipe(v.string(), v.nonEmpty()), "an address"),
    port: count("port", 0, 65_535),
    ...database(value),
    shutdownSeconds: count("shutdown-seconds", 0, 3600),
    settleSeconds: count("settle-seconds", 0, 3600),
    destinations: value("destinations", v.optional(v.string()), "the path of a file"),
    publicUrl: value("public-url", v.optional(publicUrl), "an address as https://runless.example, without a query"),
    limits: limitsBy((name, most) => count(limitFlag(name), 1, most)),
    tokens: value("tokens", staticTokens, "<name>:<scopes>[:<prefix>]=<secret>, with spaces between tokens"),
    insecure: value("insecure", onOrOff, "true or false"),
    corsOrigins: value("cors-origin", listOf(origin), "origins as https://app.example.com, with commas between them"),
    allowedHosts: value("allowed-host", listOf(hostName), "host names without ports, with commas between them"),
    log: {
      level: value("log-level", v.picklist(["debug", "info", "warning", "error"]), "error, warning, info or debug"),
      format: value("log-format", v.picklist(["auto", "json", "text"]), "json, text or auto"),
    },
    metrics: { assets: value("metrics-assets", onOrOff, "true or false") },
    retention: retentionBy(value),
  };
}

/** The two settings of the database, from the environment alone. Throws ConfigError. */
export function resolveDatabase(env: Environment): Pick<Config, "databaseUrl" | "databaseAuthToken"> {
  return database(reader({}, env));
}

/** The retention, from its flags and the environment. Throws ConfigError. */
export function resolveRetention(
  flags: Readonly<Record<RetentionFlag, string | undefined>>,
  env: Environment,
): Retention {
  return retentionBy(reader(flags, env));
}

function database(value: SettingReader): Pick<Config, "databaseUrl" | "databaseAuthToken"> {
  return {
    databaseUrl: value("database-url", databaseUrl, databaseUrlForms),
    databaseAuthToken: value("database-auth-token", v.optional(v.string()), "a token"),
  };
}

const publicUrl = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^\s/?#@\\]+(?:\/[^\s?#]*)?$/),
  v.check((text) => URL.canParse(text)),
  v.transform((text) => text.replace(/\/+$/, "")),
);

const databaseUrl = v.pipe(v.string(), v.regex(databaseUrlPattern));

function listOf<Schema extends v.GenericSchema<string, string>>(item: Schema) {
  const split = v.transform((text: string) => text.split(",").map((part) => part.trim()));
  return v.pipe(
    v.optional(v.string(), ""),
    split,
    v.filterItems((part) => part !== ""),
    v.array(item),
  );
}

const onOrOff = v.pipe(
  v.optional(v.picklist(["true", "1", "false", "0"]), "false"),
  v.transform((word) => word === "true" || word === "1"),
);

// As a browser writes it: in lower case, without a path. No wildcard: each origin must be named.
const origin = v.pipe(v.string(), v.regex(/^[a-z][a-z\d+.-]*:\/\/[^/?#@*A-Z]+$/));
const hostName = v.pipe(v.string(), v.regex(/^[\w.-]+$/), v.toLowerCase());

type Environment = Readonly<Record<string, string | undefined>>;
type Flags = Readonly<Partial<Record<SettingName, string | undefined>>>;
type SettingReader = <Schema extends v.GenericSchema>(
  name: SettingName,
  schema: Schema,
  expected: string,
) => v.InferOutput<Schema>;

function reader(flags: Flags, env: Environment): SettingReader {
  return (name, schema, expected) => {
    const setting: Setting = settings[name];
    const text = flags[name] ?? (env[setting.env] || setting.default);
    const result = v.safeParse(schema, text);
    if (result.success) return result.output;
    const what = setting.isSecret === true ? result.issues[0].message : `Got ${JSON.stringify(text)}`;
    throw new ConfigError(`--${name} (${setting.env}) must be ${expected}. ${what}.`);
  };
}

function readFlags(args: readonly string[]): Flags {
  const options = Object.fromEntries(
    Object.entries<Setting>(settings).map(([name, { isSwitch }]) => {
      return [name, { type: isSwitch === true ? ("boolean" as const) : ("string" as const) }];
    }),
  );
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${problem.replace(/\.$/, "")}. See --help for the flags there are.`);
  }
}

const groups: readonly (readonly [string, readonly SettingName[]])[] = [
  ["Where it listens", ["host", "port", "shutdown-seconds"]],
  ["Where events are kept", ["database-url", "database-auth-token"]],
  ["Who may do what", ["tokens", "insecure", "cors-origin", "allowed-host"]],
  ["What it says of itself", ["log-level", "log-format", "metrics-assets"]],
  ["What is late", ["settle-seconds"]],
  ["Who is told", ["destinations", "public-url"]],
  ["How long things are kept", Object.keys(retentionFlags) as RetentionFlag[]], // the keys of retentionFlags
  ["Limits", Object.keys(limitFlags) as (keyof typeof limitFlags)[]], // likewise
];

/** The help on all flags, in groups: a line each with its variable, meaning and default. */
export function flagsHelp(): string {
  const line = (name: SettingName) => {
    const setting: Setting = settings[name];
    const standard = setting.default === undefined ? "" : ` (default ${setting.default})`;
    return `  --${name.padEnd(28)} ${setting.env.padEnd(36)} ${setting.help}${standard}`;
  };
  return groups.map(([title, names]) => [`${title}:`, ...names.map(line)].join("\n")).join("\n\n");
}

/** Whether only this machine can reach a host. An unknown name or form counts as reachable by others. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);
}
