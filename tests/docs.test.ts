import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dir, "..");
describe("the manual", () => {
  test.each([
    ["docs/cli.md", ["as a check named `exec` of the asset", "a materialization besides, only where it ended with 0"]],
    [
      "docs/dagster.md",
      ["`/graphql` and `/server_info` are a 404", "does not move over by itself", "Nor do events get from"],
    ],
    [
      "docs/reporting.md",
      ["`timestamp` is one of them: these endpoints take none", "`curl -f` succeeds with failed lines"],
    ],
  ] as const)("in %s says what a reader stumbles over without it", (file, said) => {
    const words = readFileSync(join(root, file), "utf8").replaceAll(/\s+/g, " ");
    expect(said.filter((sentence) => !words.includes(sentence))).toEqual([]);
  });

  const manual = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"].concat(
    readdirSync(join(root, "docs"))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
    readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("README.md"))
      .map((name) => `examples/${name}`),
  );
  const read = (file: string): string => readFileSync(join(root, file), "utf8");
  /** The anchors of a page's headings, as GitHub makes them. */
  const anchorsOf = (file: string): readonly string[] =>
    Array.from(
      read(file)
        .replaceAll(/^```.*?^```$/gms, "")
        .matchAll(/^#+ (.+)$/gm),
      ([, heading = ""]) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
          .replaceAll(" ", "-"),
    );

  test.each(manual)("%s links to what is there", (file) => {
    const links = Array.from(read(file).matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link);
    const broken = links
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? file : relative(root, join(root, dirname(file), path));
        return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
      });
    expect(broken).toEqual([]);
  });

  test.each(manual)("%s names files that are there", (file) => {
    const named = read(file).match(/(?<=`)(?:core|storage|adapters|tests|docs|examples)\/[\w./-]+\.\w+(?=`)/g) ?? [];
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("begins with a README for two minutes", () => {
    expect(read("README.md").split("\n").length).toBeLessThanOrEqual(150);
  });
});
