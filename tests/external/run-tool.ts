import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a program to its end and answers what it wrote. Fails with a sentence where the program is not installed. */
export async function runTool(command: string, args: readonly string[], input = ""): Promise<string> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  const ended = once(child, "close").catch((error: Error) => {
    throw new Error(`${command} must be installed for this test (.ci/run installs it): ${error.message}`);
  });
  child.stdin.on("error", () => {}); // a program may end without reading
  child.stdin.end(input);
  const [code] = await ended;
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output.stderr}${output.stdout}`);
  return output.stdout;
}
