import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { denoArgs, programs, temporaryFolder } from "../server.ts";

const repository = new URL("../..", import.meta.url).pathname;

const later: readonly string[] = ["statfs", "LOG_TOKENS", "LOG_STREAM"];

/** The permissions without one of them, or without one thing that one of them names. */
const fewer = denoArgs.flatMap((flag, place): [string, readonly string[]][] => {
  const [name = "", values = ""] = flag.split("=");
  if (!name.startsWith("--allow-")) return [];
  const names = values.split(",");
  const without = (what: string) => {
    const left = names.filter((other) => other !== what).join(",");
    return denoArgs.toSpliced(place, 1, ...(left === "" ? [] : [`${name}=${left}`]));
  };
  // statfs is asked only once a commit has failed, and written only to a damaged log: disk-full.test.ts and
  // tests/durability/changed-files.test.ts can't do without them. The parser of YAML asks for two variables:
  // tests/http/definitions.test.ts can't do without those.
  const atStart = names.filter((what) => !later.includes(what) && name !== "--allow-write");
  return atStart.map((what) => [`${name} ${what}`.trim(), without(what)]);
});

async function outputOf(args: readonly string[], url: string): Promise<string> {
  const child = spawn(programs.deno, [...args, "--port", "0", "--database-url", url], { cwd: repository });
  const errors = text(child.stderr);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
    if (output.includes("events are kept in")) child.kill();
  });
  return (await errors) + output;
}

test.each(fewer)(
  "the server on Deno can't do without %s",
  async (_, args) => {
    const url = `file:${temporaryFolder()}/runless.db`;
    const folder = url.slice("file:".length, -"/runless.db".length);
    const output = await outputOf(
      args.map((arg) => arg.replace(/^(--allow-(?:read|write)=\.)$/, `$1,${folder}`)),
      url,
    );
    expect(output).not.toContain("events are kept in");
  },
  30_000,
);
