import { expect, test } from "bun:test";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../server.ts";
import { runTool } from "./run-tool.ts";

const repository = join(import.meta.dir, "../..");
const text = readFileSync(join(repository, "Dockerfile"), "utf8").replace(/\\\n/g, "");
const [build = "", image = ""] = text.split(/^FROM .*$/m).slice(1);
const linesOf = (stage: string, instruction: string) =>
  Array.from(stage.matchAll(new RegExp(`^${instruction} (.*)$`, "gm")), ([, rest]) => rest ?? "");

test("the steps of the Dockerfile make a server of what is in the repository, and of nothing else", async () => {
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
  const entry: readonly string[] = JSON.parse(linesOf(image, "ENTRYPOINT")[0] ?? "");
  const runless = join(final, entry[1] ?? "");
  const database = ["--database-url", `file:${join(final, "data/runless.db")}`];
  expect(await runTool("node", [runless, "report", "a/b", ...database])).toBe("Recorded as event 1.\n");
  expect(await runTool("node", [runless, "serve", "--help"])).toContain("--host");
  const size = Number((await runTool("du", ["-sm", final])).split("\t")[0]);
  console.log(`what the image adds to Node: ${size} MB`);
  expect(size).toBeLessThan(80);
}, 300_000);
