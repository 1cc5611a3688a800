import { type Block, blocks } from "./markdown.ts";

/** Blocks of the manual that no test runs, each with the reason. */
export const notRun: Readonly<Record<string, string>> = {
  "README.md: npm install && npm start":
    "It installs this repository's packages; tests/external/npm-start.test.ts starts the server with npm.",
  "docs/deploying.md: docker build --tag runless .":
    "It needs Docker; tests/external/dockerfile.test.ts runs the steps of the Dockerfile.",
  "docs/deploying.md: turso db create runless": "It needs an account at Turso.",
  "docs/deploying.md: RUNLESS_TOKENS='ci:report,read=a-secret-of-16-or-more' docker compose up --build":
    "It needs Docker; tests/deploying.test.ts reads compose.yaml.",
  "docs/runtimes.md: upstream runless {": "It needs nginx.",
  "docs/security.md: caddy reverse-proxy --from runless.example.com --to 127.0.0.1:3000":
    "It needs Caddy, and a name that others resolve.",
};

/** The file of tests that runs a kind of block. */
export const runners = {
  shell: "tests/docs/shell.test.ts",
  answers: "tests/docs/answers.test.ts",
  typescript: "tests/docs/typescript.test.ts",
  configuration: "tests/docs/alerting.test.ts",
  external: "tests/external/docs.test.ts",
  tutorial: "tests/docs/tutorial.test.ts",
} as const;

/** Its blocks follow each other: each begins with what the ones before left. */
export const tutorial = "docs/knowing-what-is-late.md";

export type Runner = keyof typeof runners;

/** Who runs a block, by its language and the programs that it calls; undefined where nobody can. */
export function runnerOf({ file, language, code }: Block): Runner | undefined {
  if (file === tutorial) return "tutorial";
  // npm test has npm's packages and bash; the external tests have curl and Python too.
  if (language === "sh") return /\b(curl|python3|deno)\b/.test(code) ? "external" : "shell";
  if (language === "python") return "external";
  if (language === "ts") return "typescript";
  if (language === "yaml") return "configuration";
  if (language === "json" || language === "") return "answers";
  return undefined;
}

/** The names of the blocks that a file of tests must have a case for. */
export function blocksRunBy(runner: Runner): readonly string[] {
  return blocks
    .filter((block) => notRun[block.name] === undefined && runnerOf(block) === runner)
    .map(({ name }) => name)
    .sort();
}
