import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Runtime } from "../server.ts";
import { programs, temporaryFolder } from "../server.ts";

export interface Host {
  readonly runtime: Runtime;
  /** Another program than the usual one. */
  readonly program?: string;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Runs those tests of a file that are about a runtime, and counts. What they say of failures goes to standard error. */
export async function runSuite(file: string, { runtime, program }: Host): Promise<Counts> {
  const report = join(temporaryFolder(), "report.xml");
  const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
  const child = Bun.spawn(
    [programs.bun, "test", "--timeout=20000", file, "--test-name-pattern", `\\b${runtime}\\b`, ...reporter],
    {
      env: { ...process.env, RUNLESS_TEST_RUNTIMES: runtime, ...(program && { RUNLESS_TEST_NODE: program }) },
      stdout: "ignore",
      stderr: "pipe",
    },
  );
  const output = await new Response(child.stderr).text();
  const exitCode = await child.exited;
  if (output.includes("matched 0 tests")) return { passed: 0, failed: 0 };
  if (exitCode !== 0) console.error(output.replace(/^\((pass|skip)\).*\n/gm, ""));
  const counts = countTests(report);
  // A run that ends without a report, or fails beside its tests, is a failure too.
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function countTests(report: string): Counts {
  const root = /<testsuites [^>]*>/.exec(readFileSync(report, { encoding: "utf8", flag: "a+" }))?.[0] ?? "";
  const count = (name: string): number => Number(new RegExp(` ${name}="(\\d+)"`).exec(root)?.[1] ?? 0);
  const failed = count("failures");
  return { passed: count("tests") - count("skipped") - failed, failed };
}
