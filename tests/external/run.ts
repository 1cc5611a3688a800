// npm run test:external -- [flags of bun test]. The tests of this folder, on every runtime; then Deno's share of all other
// tests, with a report of its own (reports/external.xml is joined by reports/external-deno.xml).
import { join } from "node:path";
import { everyRuntime, programs } from "../server.ts";
import { denoShare } from "./deno-share.ts";
import { installPython } from "./python.ts";

const flags = process.argv.slice(2);
const ofDeno = flags.map((flag) => flag.replace(/^(--reporter-outfile=.*?)(\.\w+)?$/, "$1-deno$2"));
// Once, before files of tests that run beside each other would.
await installPython();
const codes = [
  await bunTest(everyRuntime, ["--parallel=2", "--timeout=30000", "tests/external", ...flags]),
  await bunTest(["deno"], ["--parallel", "--timeout=30000", ...denoShare, ...ofDeno]),
];
process.exit(Math.max(...codes));

async function bunTest(runtimes: readonly string[], args: readonly string[]): Promise<number> {
  const child = Bun.spawn([programs.bun, "test", ...args], {
    cwd: join(import.meta.dir, "../.."),
    env: { ...process.env, RUNLESS_TEST_RUNTIMES: runtimes.join() },
    stdio: ["ignore", "inherit", "inherit"],
  });
  // A signal may have ended it, and that is no success.
  return (await child.exited) || (child.signalCode === null ? 0 : 1);
}
