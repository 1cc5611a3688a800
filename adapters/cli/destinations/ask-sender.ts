import { InvalidArgumentError } from "@commander-js/extra-typings";
import * as v from "valibot";
import { readAnswer } from "../../client/answers.ts";
import { printable } from "../../config/printable.ts";
import { type OpenLog, withLog } from "../with-log.ts";

const requestedSchema = v.object({ requested: v.string(), destination: v.string() });

export type AskOptions = Parameters<typeof withLog>[0] & { readonly json?: true | undefined };

type Query = Readonly<Record<string, string | undefined>>;

/** Asks the server that sends for something, and prints what it was asked for. */
export async function askSender(path: string, { json, ...options }: AskOptions, query: Query = {}): Promise<void> {
  await withLog(options, (log) => ask(log, path, json, query));
}

/** Likewise, where the log is open already. */
export async function ask({ send }: OpenLog, path: string, json: true | undefined, query: Query = {}): Promise<void> {
  const text = await send({ method: "POST", path: `destinations/${path}`, query, signal: undefined });
  if (json === true) return console.log(text);
  const { requested, destination } = readAnswer(requestedSchema, text);
  console.log(`Asked the server that sends: ${requested} ${printable(destination)}.`);
}

export function readId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("An id is a whole number.");
}
