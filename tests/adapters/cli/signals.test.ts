import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { runtimes, temporaryFolder } from "../../server.ts";
import { newFile, patience, runCli, startCli, targets } from "./run-cli.ts";

setDefaultTimeout(patience);

// Deno is there for the server; the command is for Node and Bun.
describe.each(runtimes.filter((runtime) => runtime !== "deno"))("on %s", (runtime) => {
  test.each(Object.entries(targets))("Ctrl-C ends tail over %s without a word, with 130", async (_, open) => {
    const target = await open();
    await runCli(["report", "a"], target);
    const tail = startCli(["tail", "--after", "0"], { runtime, env: target.env });
    const ended = Promise.all([once(tail, "exit"), text(tail.stderr)]);
    const [line] = await once(tail.stdout, "data");
    tail.kill("SIGINT");
    expect(await ended).toEqual([[130, null], ""]);
    expect(String(line)).toMatch(/^ +1 .+ a\n$/);
    await target.stop();
  });

  test("Ctrl-C ends an export without a word, with 130, and leaves no file behind", async () => {
    const folder = temporaryFolder();
    // An export that never comes to its end.
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response(new ReadableStream({ start: (controller) => controller.enqueue("{}\n") })),
    });
    const args = ["export", "--url", server.url.href, "--output", join(folder, "events.ndjson")];
    const exporting = startCli(args, { runtime });
    const ended = Promise.all([once(exporting, "exit"), text(exporting.stderr), text(exporting.stdout)]);
    while (!existsSync(join(folder, "events.ndjson.part"))) await new Promise((resolve) => setTimeout(resolve, 5));
    exporting.kill("SIGINT");
    expect(await ended).toEqual([[130, null], "", ""]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "exec hands %s to the command, reports how it ended and returns its code",
    async (signal) => {
      const { env } = newFile();
      const script = "trap 'echo tidied; exit 9' INT TERM HUP; echo ready; while :; do sleep 0.05; done";
      const exec = startCli(["exec", "a", "--", "sh", "-c", script], { runtime, env });
      const ended = Promise.all([once(exec, "exit"), text(exec.stderr)]);
      let output = "";
      exec.stdout.on("data", (chunk) => {
        output += chunk;
        if (output === "ready\n") exec.kill(signal);
      });
      expect(await ended).toEqual([[9, null], ""]);
      expect(output).toBe("ready\ntidied\n");
      const { stdout, ...end } = await runCli(["events", "--json"], { env });
      expect(end).toEqual({ exitCode: 0, stderr: "" });
      expect(JSON.parse(stdout).events).toMatchObject([{ passed: false, metadata: { exit_code: { raw_value: 9 } } }]);
    },
  );
});
