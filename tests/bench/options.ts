import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { defaultGenerator, type Generator } from "./load.ts";
import { positive } from "./positive.ts";
import type { FilledFile } from "./requests.ts";

export interface Options {
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly generator: Generator;
  /** Another built checkout, whose servers take turns with this one's. */
  readonly against: string | undefined;
  readonly dagster: boolean;
  /** Parts of the names of the loads and servers to measure; all without any. */
  readonly loads: readonly string[];
  readonly servers: readonly string[];
  /** Measures the spread load on so many events too. */
  readonly filled: FilledFile | undefined;
}

const usage = `npm run bench -- [--quick] [--connections 1,64,256] [--rounds 3] [--seconds 4] [--warmup 1]
                 [--generator wrk|autocannon] [--against another-built-checkout] [--no-dagster] [--loads "one key"] [--servers bun]
                 [--events 10000000 [--database a-file-to-keep-them.db]]`;

/** What is kept in `folder` goes away with it. */
export function readOptions(args: string[], folder: string): Options {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      quick: { type: "boolean", default: false },
      connections: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      warmup: { type: "string" },
      generator: { type: "string", default: defaultGenerator },
      against: { type: "string" },
      dagster: { type: "boolean" },
      loads: { type: "string", default: "" },
      servers: { type: "string", default: "" },
      events: { type: "string" },
      database: { type: "string" },
    },
  });
  const { events, database: file = join(folder, "filled.db") } = values;
  if (values.generator !== "autocannon" && values.generator !== "wrk") throw new Error(usage);
  return {
    connections: (values.connections ?? (values.quick ? "64" : "1,64,256"))
      .split(",")
      .map((text) => positive("connections", text)),
    rounds: positive("rounds", values.rounds ?? (values.quick ? "1" : "3")),
    seconds: positive("seconds", values.seconds ?? (values.quick ? "1" : "4")),
    warmupSeconds: positive("warmup", values.warmup ?? "1"),
    generator: values.generator,
    against: values.against === undefined ? undefined : resolve(values.against),
    dagster: values.dagster ?? !values.quick,
    loads: names(values.loads),
    servers: names(values.servers),
    filled: events === undefined ? undefined : { file, events: positive("events", events) },
  };
}

function names(text: string): readonly string[] {
  return text.split(",").filter((name) => name !== "");
}
