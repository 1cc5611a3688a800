import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve as resolvePath } from "node:path";
import { formatPath, type ParsedText, parseText } from "../../core/definitions/definitions-text.ts";
import { InvalidDefinitionsError } from "../../core/definitions/invalid-definitions-error.ts";
import type { Destination } from "../../core/destinations/destination.ts";
import { parseDestinations } from "../../core/destinations/parse-destinations.ts";
import { markPlaceholders } from "../../core/destinations/placeholders.ts";

/** What the operator's file says, or sentences that say what to change in it. None has the value of a secret in it. */
export type DestinationsFile =
  | {
      readonly type: "read";
      readonly destinations: readonly Destination[];
      /** Of the text, in which secrets are `${…}`: servers with the same file have the same, whatever their secrets are. */
      readonly hash: string;
    }
  | { readonly type: "wrong"; readonly problems: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the operator's file, YAML or JSON, with what its `${…}` stand for: variables, and files by `${file:…}`, whose paths
 * may be relative to the file's folder. It never rejects.
 */
export async function readDestinationsFile(path: string, env: Environment = process.env): Promise<DestinationsFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    return wrong([`${path} can't be read (${codeOf(error)}): correct its path, or who may read it`]);
  }
  const parsed = parse(text);
  if (!("value" in parsed)) return wrong(parsed.map((problem) => `${path}:${problem}`));
  const denied: string[] = [];
  const { destinations, problems } = parseDestinations(parsed.value, (name) =>
    readPlaceholder(name, path, env, denied),
  );
  if (problems === undefined) return { type: "read", destinations, hash: sha256(text) };
  const sentences = problems.map(({ path: at, message }) => {
    const line = parsed.lineOf(at);
    return `${[line === null ? path : `${path}:${line}`, formatPath(at)].filter((part) => part !== "").join(" ")}: ${message}`;
  });
  return wrong([...sentences, ...denied]);
}

function wrong(problems: readonly string[]): DestinationsFile {
  return { type: "wrong", problems };
}

/** The document, or sentences. The parser's own, and its paths, may quote a secret that stands in the text itself. */
function parse(text: string): ParsedText | readonly string[] {
  try {
    return parseText(markPlaceholders(text));
  } catch (error) {
    if (!(error instanceof InvalidDefinitionsError)) throw error;
    const sentence = 'close quotes and brackets, and quote what begins with * & ! % @ or ` or has ": " in it';
    return error.issues.map(({ line }) => `${line ?? 1}: this is no YAML: ${sentence}`);
  }
}

/** What `${name}` stands for; undefined if there is no such thing. An empty variable is as good as none. */
function readPlaceholder(name: string, path: string, env: Environment, denied: string[]): string | undefined {
  try {
    if (!name.startsWith("file:")) return env[name] || undefined;
    const text = readFileSync(resolvePath(dirname(path), name.slice("file:".length)), "utf8");
    return text.replace(/\r?\n$/, "");
  } catch (error) {
    const code = codeOf(error);
    if (code === "NotCapable")
      denied.push(`Deno does not let this process read ${name}: start it with a flag that does`);
    else if (code !== "ENOENT") denied.push(`${name} can't be read (${code}): correct who may read it`);
    return undefined;
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** The `hash` of a file, without what its placeholders stand for; undefined if it can't be read. */
export async function hashOfFile(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").then(sha256, () => undefined);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
