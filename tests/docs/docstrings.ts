import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import tsconfig from "../../tsconfig.json" with { type: "json" };

const root = join(import.meta.dir, "../..");

/** What an entry point of the package exports. */
export interface Export {
  readonly name: string;
  readonly isType: boolean;
  /** Where it is declared, from the repository's root. */
  readonly file: string;
  /** Its docstring, without the marks of a comment; empty where it has none. */
  readonly docstring: string;
}

export interface Example {
  /** `core/asset-key.ts:12`, the line of its `@example`. */
  readonly name: string;
  readonly file: string;
  readonly code: string;
}

const sources = new Map<string, string>();
function sourceOf(file: string): string {
  const source = sources.get(file) ?? readFileSync(join(root, file), "utf8");
  sources.set(file, source);
  return source;
}

const declaration =
  /^export (?:declare )?(?:abstract )?(?:async )?(function\*?|const|class|interface|type|enum) (\w+)/gm;
const reExport = /^export (type )?(\*|\{[^}]*\}) from "(\.[^"]+)";/gm;

/** The entry points, by the names that users import. */
export const entryPoints: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(tsconfig.compilerOptions.paths).map(([name, [file = ""]]) => [name, file.replace("./", "")]),
);

/** What a file exports itself, and by way of others. */
export function exportsOf(file: string): readonly Export[] {
  const source = sourceOf(file);
  const own = Array.from(source.matchAll(declaration), ({ 1: kind, 2: name = "", index }) => ({
    name,
    isType: kind === "interface" || kind === "type",
    file,
    docstring: docstringBefore(source.slice(0, index)),
  }));
  const others = Array.from(source.matchAll(reExport), ([, type, names = "", path = ""]) => {
    const found = exportsOf(relative(root, join(root, dirname(file), path)));
    const typed = (one: Export): Export => ({ ...one, isType: one.isType || type !== undefined });
    if (names === "*") return found.map(typed);
    return names.match(/(?:type )?\w+(?: as \w+)?/g)?.flatMap((text) => {
      const [, from, to] = /^(?:type )?(\w+)(?: as (\w+))?$/.exec(text) ?? [];
      return found.filter(({ name }) => name === from).map((one) => typed({ ...one, name: to ?? one.name }));
    });
  });
  return [...own, ...others.flatMap((found) => found ?? [])];
}

function docstringBefore(source: string): string {
  const [, text = ""] = /\/\*\*((?:(?!\*\/).)*)\*\/\s*$/s.exec(source) ?? [];
  return uncommented(text);
}

/** The text of a comment, without the star before each line. */
function uncommented(text: string): string {
  return text.replaceAll(/^[ \t]*\* ?/gm, "").trim();
}

/** Every `@example` of the sources, each to the end of its comment or the next tag. */
export function allExamples(): readonly Example[] {
  const files = ["core", "storage", "adapters"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => join(folder, name)),
  );
  return files.sort().flatMap((file) =>
    Array.from(sourceOf(file).matchAll(/\/\*\*(?:(?!\*\/).)*\*\//gs), ({ 0: comment, index: start }) =>
      Array.from(comment.matchAll(/@example\b((?:(?!\n[ \t]*\* @|\*\/$).)*)/gs), ({ 1: text = "", index }) => {
        const line = sourceOf(file)
          .slice(0, start + index)
          .split("\n").length;
        return { name: `${file}:${line}`, file, code: uncommented(text).replace(/^```\w*\n|\n```$/g, "") };
      }),
    ).flat(),
  );
}
