import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { inspect } from "node:util";
import { type RunningServer, startServer, temporaryFolder } from "../server.ts";
import { allExamples, type Example, type Export, entryPoints, exportsOf } from "./docstrings.ts";
import { loadFunction, newTypeScriptFolder, typeErrorsIn } from "./run-typescript.ts";

/** The entry points of which every export has an example. */
const shown = [
  "runless",
  "runless/client",
  "runless/core",
  "runless/core/definitions",
  "runless/core/freshness",
  "runless/http",
  "runless/storage",
];

/** Exports that are no types and need no example, with the reason. */
const withoutExample: Readonly<Record<string, string>> = {
  alertsKeptFor: "A number, which its docstring explains.",
  maxJsonDepth: "A number, which its docstring explains.",
  mostChecks: "A number, which its docstring explains.",
  mostWaitChecks: "A number, which its docstring explains.",
  eachEncoded: "For the thread that a server reads large bodies on: encoded units come from nowhere else.",
  unitResults: "Likewise.",
};

/** Code that registers tests in somebody's test runner: no test can do that while it runs. */
const registersTests = ({ code }: Example) => /from "(?:bun:test|node:test|vitest)"/.test(code);

const examples = allExamples().filter((example) => !registersTests(example));
const exported = Object.entries(entryPoints).flatMap(([entry, file]) =>
  exportsOf(file).map((one) => ({ ...one, entry })),
);

/** The names of the package that an example uses and does not import itself: a docstring may leave that out. */
function importsFor({ code }: Example): string {
  const used = new Map<string, Export & { readonly entry: string }>();
  for (const one of exported) {
    const isUsed = new RegExp(`(?<!(?<!\\.\\.)\\.|\\w)${one.name}\\b(?!:)`).test(code);
    const isDeclared = new RegExp(`\\b(?:const|let|class|function) ${one.name}\\b|^import [^;]*\\b${one.name}\\b`, "m");
    if (isUsed && !isDeclared.test(code) && !used.has(one.name)) used.set(one.name, one);
  }
  return Array.from(used.values(), ({ name, isType, entry }) => {
    return `import { ${isType ? "type " : ""}${name} } from "${entry}";`;
  }).join("\n");
}

/** Declares the `log` of a method's example, where it opens none. */
function logFor({ code }: Example): string {
  if (!/(?<!\.)\blog\b/.test(code) || /\b(?:const|let) (?:log\b|\{[^}]*\blog\b)/.test(code)) return "";
  return 'import { createMemoryEventLog } from "runless/storage";\nconst log = createMemoryEventLog({ now: Date.now });';
}

/** What the example says that it prints, by the comments behind `console.log`. */
const promisedBy = ({ code }: Example) =>
  Array.from(code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm), ([, said]) => said);

const folder = newTypeScriptFolder();
const run = new Map<string, (...args: unknown[]) => Promise<unknown>>();
let server: RunningServer;
beforeAll(async () => {
  server = await startServer("bun");
  for (const example of examples) {
    const before = `${importsFor(example)}\n${logFor(example)}`;
    const replace = {
      "http://127.0.0.1:3000": server.url,
      "port: 3000": "port: 0",
      "file:runless.db": `file:${join(temporaryFolder(), "runless.db")}`,
    };
    const parameters = "console: { log(...values: unknown[]): void }";
    const name = example.name.replaceAll(/\W/g, "_"); // by which an error of its types names it
    run.set(example.name, await loadFunction(folder, name, example.code, { parameters, before, replace }));
  }
}, 30_000);
afterAll(() => server.stop());

describe("every @example of the sources", () => {
  test("has types that are right, as strictly as ours are checked", async () => {
    expect(await typeErrorsIn(folder)).toBe("");
  }, 60_000);

  test.each([...examples])("runs, and prints what it says: $name", async (example) => {
    const printed: string[] = [];
    const log = (...values: unknown[]) => {
      const texts = values.map((value) =>
        typeof value === "string" ? value : inspect(value, { breakLength: Infinity }),
      );
      printed.push(texts.join(" "));
    };
    await run.get(example.name)?.({ log });
    const promised = promisedBy(example);
    expect(promised.length > 0 ? printed : []).toEqual(promised as string[]);
  });
});

describe.each(shown)("of %s", (entry) => {
  const values = exported.filter((one) => one.entry === entry && !one.isType);

  test("every function, class and constant has an @example, or a reason to have none", () => {
    expect(values.length).toBeGreaterThan(5);
    const missing = values.filter(({ name, docstring }) => !docstring.includes("@example") && !withoutExample[name]);
    expect(missing.map(({ name, file }) => `${name} (${file})`)).toEqual([]);
  });

  test("the examples are about what they stand at", () => {
    const other = values
      .filter(({ docstring }) => docstring.includes("@example"))
      .filter(({ name, docstring }) => {
        const [, code = ""] = docstring.split("@example");
        return !new RegExp(`\\b${name}\\b`).test(code);
      });
    expect(other.map(({ name }) => name)).toEqual([]);
  });
});

test("whatever is listed without an @example is exported, and has none", () => {
  const isListed = ({ name, docstring }: Export) => name in withoutExample && !docstring.includes("@example");
  expect(
    Object.keys(withoutExample).filter((name) => !exported.filter(isListed).some((one) => one.name === name)),
  ).toEqual([]);
});
