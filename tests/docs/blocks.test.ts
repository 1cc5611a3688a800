import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { blocks, blocksIn } from "./markdown.ts";
import { notRun, runnerOf, runners } from "./plan.ts";

const root = join(import.meta.dir, "../..");
const place = ({ file, line }: { readonly file: string; readonly line: number }) => `${file}:${line}`;

describe("every block of the manual", () => {
  test("is run by a test, or listed with its reason", () => {
    expect(blocks.length).toBeGreaterThan(20);
    const forgotten = blocks.filter((block) => runnerOf(block) === undefined && notRun[block.name] === undefined);
    expect(forgotten.map(place)).toEqual([]);
  });

  test("that is listed with a reason is still there, and its reason names tests that are", () => {
    const names = blocks.map(({ name }) => name);
    expect(Object.keys(notRun).filter((name) => !names.includes(name))).toEqual([]);
    const named = Object.values(notRun).flatMap((reason) => reason.match(/tests\/[\w./-]+\.ts/g) ?? []);
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test("has a file of tests that asks for a case of each such block", () => {
    for (const [runner, file] of Object.entries(runners)) {
      expect(readFileSync(join(root, file), "utf8")).toContain(`blocksRunBy("${runner}")`);
    }
  });
});

describe("the blocks of a text", () => {
  test("have their file and line, their language and their code", () => {
    const text =
      "One:\n\n```sh\nrunless report a\n```\n\n- two:\n\n  ```\n  a\n\n    b\n  ```\n\n```sh\nrunless report a\n```\n";
    expect(blocksIn("a.md", text)).toEqual([
      { name: "a.md: runless report a", file: "a.md", line: 3, language: "sh", code: "runless report a\n" },
      { name: "a.md: a", file: "a.md", line: 9, language: "", code: "a\n\n  b\n" },
      { name: "a.md: runless report a (2)", file: "a.md", line: 15, language: "sh", code: "runless report a\n" },
    ]);
  });

  test("end where their fence does, or not at all", () => {
    expect(() => blocksIn("a.md", "```sh\nrunless report a\n")).toThrow("a.md:1");
  });
});
