import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { runtimes, temporaryFolder } from "../../server.ts";
import { newFile, patience, runCli, startCli, targets } from "./run-cli.ts";

setDefaultTimeout(patience);

const reports = Array.from({ length: 30 }, (_, i) => {
  const common = {
    asset_key: ["a", `${i % 3}`],
    timestamp: `2026-11-23T03:00:${10 + i}Z`,
    metadata: { i, whole: { type: "float", raw_value: 1 } },
  };
  const check = { type: "ASSET_CHECK_EVALUATION", check_name: "c", passed: i % 2 === 0 };
  return JSON.stringify({ ...common, ...(i % 4 === 0 ? check : { type: "ASSET_MATERIALIZATION", partition: `${i}` }) });
}).join("\n");
// What a second log knows by itself.
const withoutOwn = (ndjson: string) => ndjson.replace(/"received_at":"[^"]*",/g, "");

describe.each(Object.entries(targets))("over %s", (_, open) => {
  test("export | import into another log, twice, gives the same log", async () => {
    const [from, to] = [await open(), await open()];
    const first = await runCli(["import", "-", "--json"], { env: from.env, input: reports });
    expect(JSON.parse(first.stdout)).toMatchObject({ received: 30, recorded: 30, failed: 0 });
    expect(first.stderr).toBe("runless: 30 lines have no idempotency_key, and the next import records them again.\n");

    const exported = await runCli(["export"], from);
    for (const [recorded, duplicates] of [
      [30, 0],
      [0, 30],
    ]) {
      const imported = await runCli(["import", "-", "--json"], { env: to.env, input: exported.stdout });
      expect(JSON.parse(imported.stdout)).toMatchObject({ received: 30, recorded, duplicates, failed: 0 });
      expect(imported).toMatchObject({ exitCode: 0, stderr: "" });
    }
    expect(withoutOwn((await runCli(["export"], to)).stdout)).toBe(withoutOwn(exported.stdout));
    await Promise.all([from.stop(), to.stop()]);
  });
});

test("export writes the same lines as the HTTP API, to a file that is there once it is whole", async () => {
  const target = await targets["a server"]();
  await runCli(["import", "-"], { env: target.env, input: reports });
  const url = `${target.env.RUNLESS_URL}/api/v1/events?prefix=a/1&limit=5`;
  const answer = await fetch(url, { headers: { accept: "application/x-ndjson" } });
  const output = join(temporaryFolder(), "out.ndjson");
  const { exitCode, stdout } = await runCli(["export", "--prefix", "a/1", "--limit", "5", "--output", output], target);
  expect([exitCode, stdout, existsSync(`${output}.part`)]).toEqual([0, "", false]);
  expect(readFileSync(output, "utf8")).toBe(await answer.text());
  await target.stop();
});

test.each(runtimes.filter((runtime) => runtime !== "deno"))(
  "on %s an export that breaks off says so, and leaves no file behind",
  async (runtime) => {
    const folder = temporaryFolder();
    const head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n";
    const server = createServer((socket) => socket.end(`${head}3\r\n{}\n\r\n`)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const args = ["export", "--url", url, "--output", join(folder, "events.ndjson")];
    const { exitCode, stderr } = await runCli(args, { runtime });
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining("runless: The export broke off, and is not whole")]);
    expect(readdirSync(folder)).toEqual([]);
    server.close();
  },
);

test("where every line is wrong, the counts are told as else", async () => {
  const result = await runCli(["import", "-", "--create"], {
    env: newFile().env,
    input: '{"type":"nonsense"}\nnot JSON\n',
  });
  expect(result).toMatchObject({ exitCode: 1, stdout: "2 lines: 0 recorded, 0 recorded before, 2 failed\n" });
  expect(result.stderr).toMatch(/^line 1: The field type must be .*\nline 2: The line is not JSON: /m);
});

test("lines that are wrong fail alone, and are named by their line", async () => {
  const target = newFile();
  const result = await runCli(["import", "-"], {
    env: target.env,
    input: `${reports}\n\n{"type":"nonsense"}\nnot JSON\n`,
  });
  expect(result).toMatchObject({ exitCode: 1, stdout: "32 lines: 30 recorded, 0 recorded before, 2 failed\n" });
  expect(result.stderr).toMatch(
    /^line 32: The field type must be .*\nline 33: The line is not JSON: .*\nrunless: 31 lines have no .*\n$/,
  );
});

test("lines are numbered from the start of the file, through as many requests as it takes", async () => {
  const target = newFile();
  const long = JSON.stringify({ type: "ASSET_OBSERVATION", asset_key: "a", description: "x".repeat(2 ** 20) });
  const input = `${Array(10).fill(long).join("\n")}\nwrong`;
  const { stderr } = await runCli(["import", "-"], { env: target.env, input });
  expect(stderr).toMatch(/^line 11: /);
});

test("an export that is cut short by its reader ends without a word", async () => {
  const target = newFile();
  await runCli(["import", "-"], { env: target.env, input: reports });
  const sh = ["exec", "x", "--", "sh", "-c", `"$0" "$1" export | head -1 | wc -l`];
  const source = new URL("../../../adapters/cli/runless.ts", import.meta.url).pathname;
  const { exitCode, stdout, stderr } = await runCli([...sh, process.execPath, source], target);
  expect([exitCode, stdout.trim(), stderr]).toEqual([0, "1", ""]);
});

describe.each(["bun", "node"] as const)("on %s", (runtime) => {
  test("import reads what the help of export writes: lines compressed by gzip, from a file or from standard input", async () => {
    const target = newFile();
    const options = { runtime, env: target.env };
    const folder = temporaryFolder();
    const file = join(folder, "events.ndjson.gz");
    // In two members, as `cat a.gz b.gz` joins them.
    const lines = reports.split("\n");
    const halves = [lines.slice(0, 10), lines.slice(10)].map((half) => gzipSync(`${half.join("\n")}\n`));
    writeFileSync(file, Buffer.concat(halves));
    const counts = JSON.parse((await runCli(["import", file, "--json"], options)).stdout);
    expect(counts).toMatchObject({ received: 30, recorded: 30, failed: 0 });
    const exported = await runCli(["export"], options);
    const piped = startCli(["import", "-", "--json"], { runtime, env: newFile().env });
    piped.stdin.end(gzipSync(exported.stdout));
    expect(JSON.parse(await text(piped.stdout))).toMatchObject({ received: 30, recorded: 30 });
  });

  test("an import of what was cut short says so, and one of another coding what to do", async () => {
    const target = newFile();
    const file = join(temporaryFolder(), "cut.gz");
    const whole = gzipSync(`${reports}\n`);
    writeFileSync(file, whole.subarray(0, whole.length - 20));
    const cut = await runCli(["import", file], { runtime, env: target.env });
    expect([cut.exitCode, cut.stderr]).toEqual([
      1,
      expect.stringContaining("The file is cut short or damaged, as gzip reads it"),
    ]);
    writeFileSync(file, "BZh91AY&SY");
    const other = await runCli(["import", file], { runtime, env: target.env });
    expect([other.exitCode, other.stderr]).toEqual([2, expect.stringContaining("compressed by bzip2")]);
    for (const short of ["", "\n", "{"]) {
      writeFileSync(file, short);
      const { exitCode, stdout } = await runCli(["import", file], { runtime, env: target.env });
      expect([exitCode, stdout]).toEqual([short === "{" ? 1 : 0, expect.stringContaining(" recorded")]);
    }
  });
});
