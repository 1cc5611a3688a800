import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { createApp, type RunlessApp } from "../adapters/server/http.ts";
import { createMemoryEventLog } from "../storage/index.ts";

const root = join(import.meta.dir, "..");
const typescript = readFileSync(join(root, "docs/typescript.md"), "utf8");
const blocks = Array.from(typescript.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = ""]) => code);

const AsyncFunction: FunctionConstructor = Object.getPrototypeOf(async () => {}).constructor;

/** The manual's block that imports from a module, as a function of what it imports and of `names`. */
function blockOf(module: string, names: readonly string[] = []): (...args: unknown[]) => Promise<unknown> {
  const [block = "", ...others] = blocks.filter((code) => code.includes(`from "${module}"`));
  expect(others).toEqual([]);
  const imported = Array.from(block.matchAll(/^import (\{.*\}) from/gm), ([, names = ""]) => names);
  const code = block.replace(/^import .*$/gm, "").replace("export default", "return");
  // Only a function may return.
  const body = new Bun.Transpiler({ loader: "ts" }).transformSync(`export default async () => {${code}}`);
  return new AsyncFunction(
    ...imported,
    ...names,
    `return (${body.replace(/^export default /m, "").replace(/;\s*$/, "")})()`,
  ) as never;
}

/** Runs the manual's block about runless/core with a request, and answers what it logs. */
async function runCoreBlock(request: Request): Promise<readonly unknown[]> {
  const logged: unknown[] = [];
  const console = { log: (...args: unknown[]) => logged.push(...args) };
  await blockOf("runless/core", ["request", "console"])(await import("../core/index.ts"), request, console);
  return logged;
}

test("the manual's block about a server of your own refuses names that others may point at it", async () => {
  const log = createMemoryEventLog({ now: Date.now });
  const open = { openEventLog: async () => log };
  const server = (await blockOf("runless/http")(await import("../adapters/server/http.ts"), open)) as RunlessApp;
  const ask = async (host: string) =>
    (await server.fetch(new Request("http://127.0.0.1/api/v1/assets", { headers: { host } }))).status;
  expect([await ask("evil.example"), await ask("127.0.0.1:3000"), await ask("localhost:3000")]).toEqual([
    403, 200, 200,
  ]);
});

describe("what the manual shows of an answer is the answer:", () => {
  const reporting = readFileSync(join(root, "docs/reporting.md"), "utf8");
  const post = async (type: string, body: string) => {
    const { fetch } = createApp({ log: createMemoryEventLog({ now: Date.now }) });
    const init = { method: "POST", body, headers: { "content-type": type } };
    const answer = await fetch(new Request("http://localhost/api/v1/events", init));
    return [answer.status, await answer.json()];
  };

  test("of lines, some of which failed", async () => {
    const [, lines = ""] = /^printf '%s\\n' (.+) > lines\.ndjson$/m.exec(reporting) ?? [];
    const [, shown = ""] = /^```json\n(.*?)^```$/ms.exec(reporting) ?? [];
    const body = Array.from(lines.matchAll(/'(.+?)'/g), ([, line]) => line).join("\n");
    expect(await post("application/x-ndjson", body)).toEqual([200, JSON.parse(shown)]);
  });

  test("of one event and of an array", async () => {
    const one = '{"type": "ASSET_OBSERVATION", "asset_key": "a"}';
    const [, single = "", array = ""] = /answered `(\{.*?\})`, an array `(\{.*?\})`/.exec(reporting) ?? [];
    expect(await post("application/json", one)).toEqual([200, { ...JSON.parse(single), id: 1 }]);
    expect(await post("application/json", `[${one}, ${one}]`)).toEqual([200, { ...JSON.parse(array), ids: [1, 2] }]);
  });
});

describe("the manual's block about the core", () => {
  const post = (path: string, body: string | undefined, type = "application/json") => {
    const init = body === undefined ? {} : { body, headers: { "content-type": type } };
    return new Request(`https://example.com${path}`, { method: "POST", ...init });
  };

  test.each([
    ["/report_asset_materialization/s3/orders", '{"metadata": {"rows": 5}}', "report_asset_materialization"],
    ["/report_asset_observation/s3/orders?data_version=v2", undefined, "report_asset_observation"],
    ["/report_asset_check/s3/orders", '{"check_name": "c", "passed": true}', "report_asset_check"],
  ])("reads a report to %s", async (path, body, endpoint) => {
    expect(await runCoreBlock(post(path, body))).toEqual([endpoint, ["s3", "orders"]]);
  });

  test.each([
    ["JSON that is cut off", post("/report_asset_materialization/a", '{"metadata":'), "malformed_json"],
    [
      "a form",
      post("/report_asset_materialization/a", "a=b", "application/x-www-form-urlencoded"),
      "unhandled_content_type",
    ],
    ["an address of something else", post("/api/v1/events", "{}"), "unknown_endpoint"],
  ])("says what is wrong with %s", async (_, request, code) => {
    expect(await runCoreBlock(request)).toEqual([code, expect.any(String)]);
  });
});

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
