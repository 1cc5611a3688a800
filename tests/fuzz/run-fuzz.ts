import fc from "fast-check";
import { type RunningServer, type Runtime, startServer } from "../server.ts";
import { jsonFuzz } from "./json-fuzz.ts";
import { requestFuzz } from "./request-fuzz.ts";

export const fuzzerNames = ["requests", "json"] as const;
export type FuzzerName = (typeof fuzzerNames)[number];

type Fuzzer = (server: RunningServer) => fc.IRawProperty<unknown, true>;
const fuzzers: Readonly<Record<FuzzerName, Fuzzer>> = { requests: requestFuzz, json: jsonFuzz };

export interface FuzzOptions {
  readonly runtime: Runtime;
  readonly fuzzer: FuzzerName;
  readonly seed: number;
  /** Where in the seed's cases to begin, as a failure names it. */
  readonly path?: string | undefined;
  readonly seconds: number;
}

/**
 * Asks a real server one random thing after the other until the time is over, and answers how many. Rejects with the
 * seed, the path and the smallest case that went wrong, and what the server wrote.
 */
export async function runFuzz({ runtime, fuzzer, seed, path, seconds }: FuzzOptions): Promise<number> {
  const server = await startServer(runtime);
  const outcome = await fc.check(fuzzers[fuzzer](server), {
    seed,
    ...(path === undefined ? {} : { path }),
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: seconds * 1000,
    markInterruptAsFailure: false,
    includeErrorInReport: true,
  });
  const code = await server.stop();
  if (outcome.failed) {
    throw new Error(
      `${fc.defaultReportMessage(outcome)}\nThe ${runtime} server wrote:\n${server.output().slice(-4000)}`,
    );
  }
  if (code !== 0) throw new Error(`The ${runtime} server ended with ${code}:\n${server.output().slice(-4000)}`);
  return outcome.numRuns;
}
