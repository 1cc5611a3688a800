import { expect, setDefaultTimeout, test } from "bun:test";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { programs, temporaryFolder } from "../server.ts";
import { describeAsRoot } from "./as-root.ts";

setDefaultTimeout(60_000);

const root = new URL("../..", import.meta.url).pathname;
const runless = `${programs.bun} ${join(root, "adapters/cli/runless.ts")}`;

/** Runs a script in an empty folder of a network of its own, in which port 3000 is free and nobody else is. */
async function alone(script: string): Promise<{ readonly folder: string; readonly output: string }> {
  const folder = temporaryFolder();
  const env = { PATH: process.env.PATH, HOME: folder, RUNLESS_TOKEN: "rl_secret", NO_COLOR: "1" };
  const args = ["--net", "bash", "-c", `ip link set lo up\n${script}`];
  const { stdout } = await promisify(execFile)("unshare", args, { cwd: folder, env, timeout: 50_000 });
  return { folder, output: stdout };
}

const whileUp = (start: string, work: string) => `
  ${start} & server=$!
  until (exec 3<>/dev/tcp/127.0.0.1/3000) 2>/dev/null; do sleep 0.05; done
  ${work}
  kill $server; wait $server 2>/dev/null; true`;

describeAsRoot("where nothing is named", () => {
  test("a runless on port 3000 is talked to, without a token, and is named", async () => {
    const start = `${programs.bun} ${join(root, "adapters/bun.ts")} --database-url file:elsewhere.db >log 2>&1`;
    const { folder, output } = await alone(whileUp(start, `${runless} report a 2>&1; echo "code $?"`));
    expect(output).toBe(
      "runless: talking to http://127.0.0.1:3000, where a runless answers; it gets no token, since nobody named it: RUNLESS_URL does\n" +
        "Recorded as event 1 at http://127.0.0.1:3000.\ncode 0\n",
    );
    expect(existsSync(join(folder, "runless.db"))).toBe(false);
  });

  test("what else listens on port 3000 hears of no report and no token", async () => {
    const program = `
      const { appendFileSync } = require("node:fs"); const end = String.fromCharCode(10);
      Bun.serve({ port: 3000, hostname: "127.0.0.1", fetch: (request) => {
        appendFileSync("seen", request.method + " " + new URL(request.url).pathname + " " + request.headers.get("authorization") + end);
        return Response.json({ status: "ok" });
      } });`;
    const start = `${programs.bun} -e '${program.replaceAll("'", '"')}'`;
    const work = `for command in "report a" "assets" "exec a -- true" "import -"; do ${runless} $command </dev/null 2>&1; echo "code $?"; done`;
    const { folder, output } = await alone(whileUp(start, work));
    expect(output.match(/^code \d/gm)).toEqual(["code 3", "code 3", "code 0", "code 3"]);
    expect(output.match(/Nothing says which log this is about/g)?.length).toBe(4);
    const seen = readFileSync(join(folder, "seen"), "utf8").trim().split("\n");
    expect(new Set(seen)).toEqual(new Set(["GET /health null"]));
    expect(existsSync(join(folder, "runless.db"))).toBe(false);
  });

  test("nothing is created where nothing answers", async () => {
    const { folder, output } = await alone(`${runless} report a 2>&1; echo "code $?"`);
    expect(output).toContain("there is no database runless.db in this folder, and no runless at http://127.0.0.1:3000");
    expect(output).toEndWith("code 3\n");
    expect(existsSync(join(folder, "runless.db"))).toBe(false);
  });
});
