import { parseArgs } from "node:util";
import { everyRuntime, runtimes } from "../server.ts";
import { fuzzerNames, runFuzz } from "./run-fuzz.ts";

const usage = `npm run fuzz -- [--seconds 60] [--seed <number>] [--path <path>] [--runtimes bun,node] [--fuzzers requests,json]`;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    path: { type: "string" },
    runtimes: { type: "string", default: runtimes.join() },
    fuzzers: { type: "string", default: fuzzerNames.join() },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
const chosen = <Name extends string>(text: string, known: readonly Name[]) =>
  known.filter((name) => text.split(",").includes(name));
const rounds = chosen(values.runtimes, everyRuntime).flatMap((runtime) =>
  chosen(values.fuzzers, fuzzerNames).map((fuzzer) => ({ runtime, fuzzer })),
);
if (!(seconds > 0) || !Number.isInteger(seed) || rounds.length === 0) {
  console.error(usage);
  process.exit(2);
}

console.log(`seed ${seed}, ${seconds} seconds in ${rounds.length} rounds`);
for (const { runtime, fuzzer } of rounds) {
  try {
    const cases = await runFuzz({ runtime, fuzzer, seed, path: values.path, seconds: seconds / rounds.length });
    console.log(`${runtime}, ${fuzzer}: ${cases} cases, nothing found`);
  } catch (error) {
    console.log(`${runtime}, ${fuzzer}: ${error instanceof Error ? error.message : error}`);
    console.log(`Again: npm run fuzz -- --seed ${seed} --runtimes ${runtime} --fuzzers ${fuzzer}`);
    process.exitCode = 1;
  }
}
