import { readFile } from "node:fs/promises";
import * as v from "valibot";
import type { Definition } from "../../../core/definitions/definition.ts";
import { readAnswer } from "../../client/answers.ts";
import { printable } from "../../config/printable.ts";
import { usageError } from "../exit-code.ts";
import { createOption, examples, jsonOption, logCommand, readAssetKey } from "../log-command.ts";
import { withLog } from "../with-log.ts";

const replaced = v.object({
  added: v.number(),
  changed: v.number(),
  removed: v.number(),
  unchanged: v.number(),
});

export const defineCommand = logCommand("define")
  .description("Make the definitions of a source equal to files, YAML or JSON. A wrong file changes nothing.")
  .argument("[files...]", "the files; all that the source defines")
  .option("--source <name>", "who defines: what it defined before and does not name now is removed")
  .option("--dry-run", "say what would change, and change nothing")
  .option("--take-over", "also what other sources define under these keys")
  .option("--allow-empty", "let the source lose all its definitions")
  .option("--suggest", "write definitions to standard output instead, from each asset's own rhythm, to be edited")
  .option("--prefix <key>", "with --suggest: only this asset and all below it", readAssetKey)
  .option(...jsonOption)
  .option(...createOption)
  .addHelpText(
    "after",
    examples(
      "define assets.yaml --source team-a --dry-run",
      "define assets/*.yaml --source team-a",
      "define --suggest > assets.yaml",
    ),
  )
  .action(async (files, { source, dryRun, takeOver, allowEmpty, suggest, prefix, json, ...options }) => {
    if (suggest === true) {
      if (files.length > 0) throw usageError("--suggest reads the log, and no files.");
      const { suggestDefinitions } = await import("./suggest.ts");
      return withLog(options, async (log) => console.log(await suggestDefinitions(log, prefix)));
    }
    if (prefix !== undefined) throw usageError("--prefix is for --suggest.");
    if (source === undefined) throw usageError("Say who defines: --source <name>.");
    if (files.length === 0) throw usageError("Name the files: runless define assets.yaml --source <name>.");
    const definitions = await readFiles(files);
    await withLog(options, async ({ send }) => {
      const yes = (given: boolean | undefined) => (given === true ? "true" : undefined);
      const flags = { dry_run: yes(dryRun), take_over: yes(takeOver), allow_empty: yes(allowEmpty) };
      const body = JSON.stringify({ assets: definitions.map(withoutDefaults) });
      const text = await send({
        method: "PUT",
        path: "definitions",
        query: { source, ...flags },
        body,
        signal: undefined,
      });
      if (json === true) return console.log(text);
      const { added, changed, removed, unchanged } = readAnswer(replaced, text);
      const would = dryRun === true ? "would be " : "";
      console.log(
        `${printable(source)}: ${added} ${would}added, ${changed} ${would}changed, ${removed} ${would}removed, ${unchanged} unchanged`,
      );
    });
  });

/** The definition without empty fields, so that 100,000 definitions fit into a request. */
function withoutDefaults(definition: Definition): object {
  const isSaid = (value: unknown) => value !== null && JSON.stringify(value) !== "[]" && JSON.stringify(value) !== "{}";
  return Object.fromEntries(Object.entries(definition).filter(([, value]) => isSaid(value)));
}

/** The definitions of all files. Rejects with CommandError for one that is wrong, with its file, line and path. */
async function readFiles(files: readonly string[]): Promise<readonly Definition[]> {
  const { safeParseDefinitions } = await import("../../../core/definitions/index.ts");
  const all: Definition[] = [];
  const fileOf = new Map<string, string>();
  for (const file of files) {
    const result = safeParseDefinitions(await textOf(file));
    if (!result.success) {
      const lines = result.error.issues.map(({ line, path, message }) => {
        const place = [line === null ? file : `${file}:${line}`, path].filter((part) => part !== "").join(" ");
        return printable(`${place}: ${message}`);
      });
      throw usageError(`Nothing is changed.\n${lines.join("\n")}`);
    }
    for (const definition of result.definitions) {
      const name = JSON.stringify([definition.key === undefined, definition.key ?? definition.prefix]);
      const before = fileOf.get(name);
      if (before !== undefined) {
        const key = (definition.key ?? definition.prefix).join("/");
        throw usageError(printable(`Nothing is changed. ${file}: ${key} is defined in ${before} already.`));
      }
      fileOf.set(name, file);
      all.push(definition);
    }
  }
  return all;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw usageError(`The file ${printable(file)} can't be read: ${error instanceof Error ? error.message : error}.`);
  }
}
