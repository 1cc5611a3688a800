import { parseArgs } from "node:util";
import type { Generator } from "./load.ts";

export interface Options {
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly generator: Generator;
  readonly dagster: boolean;
  /** Parts of the names of the loads and servers to measure; all without any. */
  readonly loads: readonly string[];
  readonly servers: readonly string[];
}

const usage = `npm run bench -- [--quick] [--connections 1,64,256] [--rounds 3] [--seconds 4] [--warmup 1]
                 [--generator autocannon|wrk] [--no-dagster] [--loads "one key"] [--servers bun]`;

export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      quick: { type: "boolean", default: false },
      connections: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      warmup: { type: "string" },
      generator: { type: "string", default: "autocannon" },
      dagster: { type: "boolean" },
      loads: { type: "string", default: "" },
      servers: { type: "string", default: "" },
    },
  });
  if (values.generator !== "autocannon" && values.generator !== "wrk") throw new Error(usage);
  return {
    connections: (values.connections ?? (values.quick ? "64" : "1,64,256")).split(",").map(positive),
    rounds: positive(values.rounds ?? (values.quick ? "1" : "3")),
    seconds: positive(values.seconds ?? (values.quick ? "1" : "4")),
    warmupSeconds: positive(values.warmup ?? "1"),
    generator: values.generator,
    dagster: values.dagster ?? !values.quick,
    loads: names(values.loads),
    servers: names(values.servers),
  };
}

function names(text: string): readonly string[] {
  return text.split(",").filter((name) => name !== "");
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`"${text}" is not a number above 0.\n${usage}`);
  return number;
}
