import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";

// One test after the other, since the script for Node builds anew what servers on Node are started from.
test.each(["start", "start:node", "start:deno"])(
  "npm run %s hands SIGTERM on to the server",
  async (script) => {
    const args = ["run", "--silent", script, "--", "--port", "0", "--database-url", ":memory:"];
    const npm = spawn("npm", args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    npm.stdout.on("data", (chunk) => {
      output += chunk;
    });
    while (!output.includes("listening on")) await once(npm.stdout, "data");
    const url = /http:\/\/\S+/.exec(output)?.[0] ?? "";
    expect((await fetch(`${url}/health`)).status).toBe(200);
    npm.kill("SIGTERM");
    await once(npm, "exit");
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  },
  30_000,
);
