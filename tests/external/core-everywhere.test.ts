import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join, normalize } from "node:path";
import { Miniflare } from "miniflare";
import { chromium } from "playwright-core";
import { type RunningServer, startServer } from "../server.ts";
import { newProject, type Project, packPackage } from "./packed.ts";

/** What each of them does with the core and the client, as it is installed, and a server. */
const program = `
  import { parseReportBody, parseReportRequest, stringifyJson } from "runless/core";
  import { RunlessClient } from "runless/client";

  export async function report(url, name) {
    const body = parseReportBody('{"metadata": {"share": 1.0, "big": 1180591620717411303424}}');
    const event = parseReportRequest("https://x/report_asset_materialization/from/" + name, { partition: "p" }, body);
    const client = new RunlessClient({ url });
    await client.reportRunlessAssetEvent(event);
    const { partition, metadata } = await client.getLatestMaterializationEvent(["from", name]);
    const { share, big } = metadata;
    return [partition, share.type, big.type, stringifyJson([share.rawValue, big.rawValue])].join(" ");
  }`;
const answer = "p float int [1,1180591620717411303424]";

let archive: string;
let app: Project;
let pages: ReturnType<typeof Bun.serve>;
let server: RunningServer;
beforeAll(async () => {
  archive = await packPackage();
  app = await newProject(archive);
  writeProgram(app);
  pages = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: fileOf });
  server = await startServer("bun", { args: ["--cors-origin", `http://127.0.0.1:${pages.port}`] });
}, 180_000);
afterAll(async () => {
  await server?.stop();
  await pages?.stop(true);
});

function writeProgram({ write }: Project): void {
  write("report.js", program);
  write(
    "main.js",
    `import process from "node:process";
    import { report } from "./report.js";
    console.log(await report(process.argv[2], process.argv[3]));`,
  );
}

/** The project's files, as they lie there: nothing is bundled for the page. */
async function fileOf(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/") return new Response(page, { headers: { "content-type": "text/html" } });
  const file = Bun.file(join(app.folder, normalize(pathname)));
  return (await file.exists()) ? new Response(file) : new Response("", { status: 404 });
}

const imports = {
  "runless/core": "/node_modules/runless/dist/core/index.js",
  "runless/client": "/node_modules/runless/dist/adapters/client.js",
  valibot: "/node_modules/valibot/dist/index.mjs",
};
const page = `<!doctype html><title>page</title><script type="importmap">${JSON.stringify({ imports })}</script>`;

describe("the core and the client of the packed package run", () => {
  test.each<[string, ...string[]]>([["node"], ["deno", "run", "--no-prompt", "--allow-net"]])(
    "in %s",
    async (runtime, ...args) => {
      expect(await app.run(runtime, ...args, "main.js", server.url, runtime)).toBe(`${answer}\n`);
    },
    60_000,
  );

  test("in Bun, which has installed them itself", async () => {
    const own = await newProject(archive, "bun");
    writeProgram(own);
    expect(await own.run("bun", "main.js", server.url, "bun")).toBe(`${answer}\n`);
  }, 60_000);

  test("in a Cloudflare Worker", async () => {
    app.write(
      "worker.js",
      `import { report } from "./report.js";
      export default { fetch: async (request) => new Response(await report(await request.text(), "worker")) };`,
    );
    const { outputs } = await Bun.build({
      entrypoints: [join(app.folder, "worker.js")],
      target: "browser",
      conditions: ["workerd", "worker", "browser"],
    });
    const contents = (await outputs[0]?.text()) ?? "";
    // No flags: neither needs anything of Node's.
    const modules = [{ type: "ESModule" as const, path: "worker.js", contents }];
    const worker = new Miniflare({ modules, compatibilityDate: "2024-09-23" });
    const response = await worker.dispatchFetch("http://worker/", { method: "POST", body: server.url });
    expect(await response.text()).toBe(answer);
    await worker.dispose();
  }, 60_000);

  test("in a page in Chromium, unbundled", async () => {
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
    const opened = await browser.newPage();
    await opened.goto(`http://127.0.0.1:${pages.port}/`);
    const script = `import("/report.js").then(({ report }) => report(${JSON.stringify(server.url)}, "page"))`;
    expect(await opened.evaluate<string>(script)).toBe(answer);
    await browser.close();
  }, 60_000);
});
