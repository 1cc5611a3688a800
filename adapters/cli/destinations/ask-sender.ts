import { InvalidArgumentError } from "@commander-js/extra-typings";
import * as v from "valibot";
import { readAnswer } from "../../client/answers.ts";
import { printable } from "../../config/printable.ts";
import { withLog } from "../with-log.ts";

const requestedSchema = v.object({ requested: v.string(), destination: v.string() });

export type AskOptions = Parameters<typeof withLog>[0] & { readonly json?: true | undefined };

/** Asks the server that sends for something, and prints what it was asked for. */
export async function askSender(
  path: string,
  { json, ...options }: AskOptions,
  query: Readonly<Record<string, string | undefined>> = {},
): Promise<void> {
  await withLog(options, async ({ send }) => {
    const text = await send({ method: "POST", path: `destinations/${path}`, query, signal: undefined });
    if (json === true) return console.log(text);
    const { requested, destination } = readAnswer(requestedSchema, text);
    console.log(`Asked the server that sends: ${requested} ${printable(destination)}.`);
  });
}

export function readId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("An id is a whole number.");
}
