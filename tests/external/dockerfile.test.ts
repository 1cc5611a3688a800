import { beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startProgram, temporaryFolder } from "../server.ts";
import { runTool } from "./run-tool.ts";
import { brokenIn, everyPage, pagesEnv, reportForPages, visitPages } from "./visit-pages.ts";

const repository = join(import.meta.dir, "../..");
const text = readFileSync(join(repository, "Dockerfile"), "utf8").replace(/\\\n/g, "");
const [build = "", image = ""] = text.split(/^FROM .*$/m).slice(1);
const linesOf = (stage: string, instruction: string) =>
  Array.from(stage.matchAll(new RegExp(`^${instruction} (.*)$`, "gm")), ([, rest]) => rest ?? "");

/** Does what the stages of the Dockerfile say, as files: answers the root folder that the image would have. */
async function imageRoot(): Promise<string> {
  const root = temporaryFolder();
  const inRoot = (path: string) => join(root, path.startsWith("/") ? path : join("/app", path));
  mkdirSync(inRoot("."));
  for (const [, instruction, rest = ""] of build.matchAll(/^(COPY|RUN) (.*)$/gm)) {
    const [target = "", ...sources] = rest.split(" ").toReversed();
    if (instruction === "RUN") {
      const command = rest.replaceAll(" /data", ` ${inRoot("/data")}`);
      await runTool("env", [`--chdir=${inRoot(".")}`, "sh", "-c", command]);
    } else {
      for (const source of sources) {
        const to = target.endsWith("/") ? join(target, source) : target;
        cpSync(join(repository, source), inRoot(to), { recursive: true });
      }
    }
  }

  const final = temporaryFolder();
  for (const line of linesOf(image, "COPY")) {
    const [from = "", to = ""] = line.split(" ").filter((word) => !word.startsWith("--"));
    cpSync(join(root, from), join(final, to), { recursive: true });
  }
  return final;
}

describe("the steps of the Dockerfile, with what is in the repository and nothing else", () => {
  const entry: readonly string[] = JSON.parse(linesOf(image, "ENTRYPOINT")[0] ?? "");
  let final: string;
  let runless: string;
  let database: readonly string[];
  beforeAll(async () => {
    final = await imageRoot();
    runless = join(final, entry[1] ?? "");
    database = ["--database-url", `file:${join(final, "data/runless.db")}`];
  }, 300_000);

  test("make a command, and add less than 80 MB to Node", async () => {
    expect(await runTool("node", [runless, "report", "a/b", "--create", ...database])).toBe("Recorded as event 1.\n");
    expect(await runTool("node", [runless, "serve", "--help"])).toContain("--host");
    const size = Number((await runTool("du", ["-sm", final])).split("\t")[0]);
    console.log(`what the image adds to Node: ${size} MB`);
    expect(size).toBeLessThan(80);
  }, 60_000);

  test("make a server that has every page, and everything that its pages name", async () => {
    const url = `file:${join(temporaryFolder(), "runless.db")}`;
    const args = [runless, "serve", "--port", "0", "--database-url", url];
    const server = await startProgram("node", args, { cwd: final, env: pagesEnv });
    await reportForPages(server.url);
    const visited = await visitPages(server.url);
    await server.stop();
    expect(visited).toMatchObject(everyPage);
    expect(brokenIn(visited)).toEqual([]);
  }, 60_000);
});
