import { parseArgs } from "node:util";
import * as v from "valibot";

/** Everything that can be set, resolved once at the edge. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly databaseAuthToken: string | undefined;
  /** How long a server that was asked to stop waits for requests under way. */
  readonly shutdownSeconds: number;
  readonly limits: Limits;
}

export interface Limits {
  readonly bodyBytes: number;
  /** The most events of one page. */
  readonly pageEvents: number;
}

/** A flag or a variable that stops the start: the message says which, what was expected and what came. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code = "bad_configuration";
}

interface Setting {
  readonly env: string;
  readonly default?: string;
  readonly help: string;
}

const settings = {
  host: { env: "RUNLESS_HOST", default: "127.0.0.1", help: "address to listen on" },
  port: { env: "RUNLESS_PORT", default: "3000", help: "port to listen on; 0 takes a free one" },
  "database-url": {
    env: "RUNLESS_DATABASE_URL",
    default: "file:runless.db",
    help: "where events are kept: file:…, libsql://…, http(s)://…, or :memory:",
  },
  "database-auth-token": { env: "RUNLESS_DATABASE_AUTH_TOKEN", help: "token of a remote database" },
  "max-body-bytes": { env: "RUNLESS_MAX_BODY_BYTES", default: "4194304", help: "largest body of a report" },
  "max-page-events": { env: "RUNLESS_MAX_PAGE_EVENTS", default: "1000", help: "most events of one page" },
  "shutdown-seconds": { env: "RUNLESS_SHUTDOWN_SECONDS", default: "10", help: "patience with requests under way" },
} as const satisfies Readonly<Record<string, Setting>>;

type SettingName = keyof typeof settings;

const wholeNumber = (from: number, to: number) =>
  v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number), v.minValue(from), v.maxValue(to));

/** Flags win over variables, variables over defaults; an empty variable is an absent one. Throws ConfigError. */
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
    limits: {
      bodyBytes: count("max-body-bytes", 1, 2 ** 30),
      pageEvents: count("max-page-events", 1, 100_000),
    },
  };
}

/** The two settings that say where events are kept, from the environment alone. Throws ConfigError. */
export function resolveDatabase(env: Environment): Pick<Config, "databaseUrl" | "databaseAuthToken"> {
  return database(reader({}, env));
}

function database(value: SettingReader): Pick<Config, "databaseUrl" | "databaseAuthToken"> {
  return {
    databaseUrl: value("database-url", databaseUrl, "file:<path>, libsql://…, http(s)://… or :memory:"),
    databaseAuthToken: value("database-auth-token", v.optional(v.string()), "a token"),
  };
}

// Not file::memory:, which would be another database for every connection.
const databaseUrl = v.pipe(v.string(), v.regex(/^(:memory:$|(file:(?!:memory:)|libsql:\/\/|https?:\/\/|wss?:\/\/).)/));

type Environment = Readonly<Record<string, string | undefined>>;
type Flags = Readonly<Partial<Record<SettingName, string>>>;
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
    throw new ConfigError(`--${name} (${setting.env}) must be ${expected}. Got ${JSON.stringify(text)}.`);
  };
}

function readFlags(args: readonly string[]): Flags {
  const options = Object.fromEntries(Object.keys(settings).map((name) => [name, { type: "string" as const }]));
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${problem}\nThe flags are:\n${flagsHelp()}`);
  }
}

/** A line for each flag: its variable, what it means, its default. */
export function flagsHelp(): string {
  const lines = Object.entries<Setting>(settings).map(([name, setting]) => {
    const standard = setting.default === undefined ? "" : ` (default ${setting.default})`;
    return `  --${name.padEnd(20)} ${setting.env.padEnd(28)} ${setting.help}${standard}`;
  });
  return lines.join("\n");
}
