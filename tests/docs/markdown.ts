import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A fenced block of the manual. */
export interface Block {
  /** `docs/cli.md: export RUNLESS_URL=…`: the file and the block's first line, by which tests name it. */
  readonly name: string;
  readonly file: string;
  /** The line of the opening fence. */
  readonly line: number;
  /** What follows the fence; empty where nothing does. */
  readonly language: string;
  readonly code: string;
}

const root = join(import.meta.dir, "../..");

/** README.md and the pages of docs/. */
export const pages: readonly string[] = ["README.md"].concat(
  readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`)
    .sort(),
);

/** The fenced blocks of a text. Throws where a fence is not closed, since all that follows would be code. */
export function blocksIn(file: string, text: string): readonly Block[] {
  const blocks: Block[] = [];
  const names = new Map<string, number>();
  let open: { readonly line: number; readonly language: string; readonly indent: string; lines: string[] } | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    const [, indent = "", language = ""] = /^([ >]*)```(.*)$/.exec(line) ?? [];
    if (!/^[ >]*```/.test(line)) {
      open?.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    } else if (open === undefined) {
      open = { line: i + 1, language: language.trim(), indent, lines: [] };
    } else {
      const first = `${file}: ${open.lines[0] ?? ""}`;
      const count = (names.get(first) ?? 0) + 1;
      names.set(first, count);
      const name = count === 1 ? first : `${first} (${count})`;
      blocks.push({ name, file, line: open.line, language: open.language, code: `${open.lines.join("\n")}\n` });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`The block that begins at ${file}:${open.line} has no end.`);
  return blocks;
}

/** Every block of the manual. */
export const blocks: readonly Block[] = pages.flatMap((file) => blocksIn(file, readFileSync(join(root, file), "utf8")));

/** The block of that name. Throws where there is none, with those of the same file. */
export function blockNamed(name: string): Block {
  const found = blocks.find((block) => block.name === name);
  if (found !== undefined) return found;
  const others = blocks.filter(({ file }) => name.startsWith(`${file}:`)).map((block) => block.name);
  throw new Error(`No block of the manual is named ${name}. Of that file there are:\n${others.join("\n")}`);
}
