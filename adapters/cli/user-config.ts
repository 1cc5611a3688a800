import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { CommandError, exitCodes, sentenceOf } from "./exit-code.ts";

/** The file of `runless login`: the default server of this user's commands. */
export interface UserConfig {
  readonly url: string;
  readonly token: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `~/.config/runless/config.json`, by the XDG base directory specification. */
export function userConfigPath(env: Environment = process.env): string {
  const given = env.XDG_CONFIG_HOME;
  const folder = given !== undefined && isAbsolute(given) ? given : join(homedir(), ".config");
  return join(folder, "runless", "config.json");
}

/** Reads the configuration; undefined if there is none. Throws CommandError for a file with other contents. */
export function readUserConfig(path: string): UserConfig | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // readFileSync throws no other type
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new CommandError(exitCodes.usage, `${path} can't be read: ${sentenceOf(error)}`);
  }
  const { url, token } = parse(text);
  if (typeof url === "string" && (token === undefined || typeof token === "string")) return { url, token };
  const instead = "runless login writes it anew; without it, commands go by flags and variables";
  throw new CommandError(
    exitCodes.usage,
    `${path} must be a JSON object with a url, as runless login writes it: ${instead}.`,
  );
}

function parse(text: string): { readonly url?: unknown; readonly token?: unknown } {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? json : {};
  } catch {
    return {};
  }
}

/** Writes the file as a whole or not at all. Only this user may read it. */
export function writeUserConfig(path: string, config: UserConfig): void {
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(draft, "w", 0o600);
    try {
      writeFileSync(file, `${JSON.stringify(config, undefined, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new CommandError(exitCodes.failed, `${path} can't be written: ${sentenceOf(error)}`);
  }
}
