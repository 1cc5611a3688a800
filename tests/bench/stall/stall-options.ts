import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Runtime } from "../../server.ts";
import { positive } from "../positive.ts";
import type { MeasureSettings } from "./measure-shape.ts";
import type { Shape } from "./shape.ts";
import { shapes } from "./shapes.ts";
import type { DatabaseKind } from "./subject.ts";

export interface StallOptions extends MeasureSettings {
  readonly runtimes: readonly Runtime[];
  readonly shapes: readonly Shape[];
  readonly database: DatabaseKind;
  /** The built checkout whose servers are measured. */
  readonly app: string;
  readonly json: string | undefined;
  /** The short form: the most telling shapes on Bun, for less than a minute. */
  readonly quick: boolean;
  /** Ends with 1 where a shape is past a bound. */
  readonly check: boolean;
}

const usage = `npm run bench:stall -- [--quick] [--check] [--only name,…] [--runtime bun,node,deno] [--database file|remote]
                       [--app folder] [--json file] [--runs 3] [--rounds 2] [--seconds 1] [--pause 0] [--list]`;
const runtimes: readonly Runtime[] = ["bun", "node", "deno"];

export function readStallOptions(args: string[]): StallOptions {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      only: { type: "string" },
      runtime: { type: "string" },
      database: { type: "string", default: "file" },
      app: { type: "string", default: resolve(import.meta.dirname, "../../..") },
      json: { type: "string" },
      runs: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      pause: { type: "string", default: "0" },
    },
  });
  if (values.list) {
    for (const { name, quick } of shapes) console.log(quick === true ? `${name} (quick)` : name);
    process.exit(0);
  }
  const { quick, check, database, app, json } = values;
  if (database !== "file" && database !== "remote") throw new Error(usage);
  return {
    runtimes: (values.runtime ?? (quick ? "bun" : runtimes.join(","))).split(",").map(runtimeOf),
    shapes: chosenShapes(values.only, quick),
    database,
    app: resolve(app),
    json,
    quick,
    check,
    runs: positive("runs", values.runs ?? "3"),
    rounds: positive("rounds", values.rounds ?? (quick ? "1" : "2")),
    pause: Number(values.pause),
    seconds: positive("seconds", values.seconds ?? (quick ? "0.7" : "1")),
  };
}

function runtimeOf(name: string): Runtime {
  const runtime = runtimes.find((known) => known === name);
  if (runtime === undefined) throw new Error(usage);
  return runtime;
}

/** A name also chooses all that begin with it, if it ends with `*`. */
function chosenShapes(only: string | undefined, isQuick: boolean): readonly Shape[] {
  if (only === undefined) return isQuick ? shapes.filter(({ quick }) => quick === true) : shapes;
  return only.split(",").flatMap((name) => {
    const found = shapes.filter((shape) =>
      name.endsWith("*") ? shape.name.startsWith(name.slice(0, -1)) : shape.name === name,
    );
    if (found.length === 0) throw new Error(`There is no shape "${name}"; --list names all.`);
    return found;
  });
}
