import { writeFileSync } from "node:fs";
import { join } from "node:path";
import tsconfig from "../../tsconfig.json" with { type: "json" };
import { temporaryFolder } from "../server.ts";

const root = join(import.meta.dir, "../..");
const statement = /^import\s[^;]+;$/gm;

export interface Wrapped {
  /** What the code uses without declaring it, with types: `request: Request`. */
  readonly parameters?: string;
  /** Statements that come first: imports, or what the reader is told elsewhere. */
  readonly before?: string;
  /** Statements that come last. */
  readonly after?: string;
  /** Replaced in the code. */
  readonly replace?: Readonly<Record<string, string>>;
}

/**
 * A folder whose modules import the package by its name and get this repository's sources, as the paths of the
 * repository's tsconfig.json say.
 */
export function newTypeScriptFolder(): string {
  const folder = temporaryFolder();
  const paths = Object.entries(tsconfig.compilerOptions.paths).map(([name, files]) => [
    name,
    files.map((file) => join(root, file)),
  ]);
  const compilerOptions = { paths: Object.fromEntries(paths), typeRoots: [join(root, "node_modules")], noEmit: true };
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: ["*.ts"], exclude: [] }),
  );
  return folder;
}

/** The code as a module with one asynchronous function, which returns what the code exports by default. */
export function wrapInFunction(code: string, wrapped: Wrapped = {}): string {
  const { parameters = "", before = "", after = "", replace = {} } = wrapped;
  let text = `${before}\n${code}\n${after}`;
  for (const [from, to] of Object.entries(replace)) text = text.replaceAll(from, to);
  const body = text.replace(statement, "").replace(/^export default /m, "return ");
  const imports = text.match(statement) ?? [];
  return `${imports.join("\n")}\nexport default async function (${parameters}) {\n${body}\n}\n`;
}

/** Writes the code as a module of that folder, and answers its function. */
export async function loadFunction(folder: string, name: string, code: string, wrapped: Wrapped = {}) {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, wrapInFunction(code, wrapped));
  const module: { readonly default: (...args: unknown[]) => Promise<unknown> } = await import(file);
  return module.default;
}

/** Checks the types of a folder's modules as strictly as the repository's own; answers what is wrong. */
export async function typeErrorsIn(folder: string): Promise<string> {
  const lenient = ["--noUnusedLocals", "false", "--noUnusedParameters", "false"]; // an example may name what it does not use
  const command = [join(root, "node_modules/.bin/tsc"), "--noEmit", ...lenient, "-p", folder];
  const child = Bun.spawn(command, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const [output, errors] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return output + errors;
}
