import { formatDetails } from "../../../core/events/wire.ts";
import type { RunlessEvent } from "../../../core/index.ts";
import { haveSameDetails, sharedDetails } from "../../shared-details.ts";
import { field } from "./event-row.ts";
import { joinRows, rowsSize, type SharedDetails, splitRows } from "./group.ts";

// Events of several partitions have the same details, which may be as large as a body. They cross threads once then: each
// row has a reference to them, and the database puts them in its place. Large details of one event go so too: as a value
// of its own a text of 4 MB is written in 17 ms, within the JSON of rows in 41.

/** Smaller details are worth no reference, in characters: those that neighbours share, and those of one event. */
const leastShared = 4096;
const leastAlone = 64 * 1024;

/** Formats the details of events one after another, once for neighbours that share them. */
export class DetailsFormatter {
  #shared: { [reference: string]: string } | undefined;
  readonly #formatShared = sharedDetails((details) => this.#refer(formatDetails(details), leastShared));

  /** The details that references stand for; undefined where there are none. */
  get shared(): SharedDetails | undefined {
    return this.#shared;
  }

  /** What stands in an event's row: its details, or a reference to them where a neighbour has the same. */
  format(event: RunlessEvent, ...neighbours: readonly (RunlessEvent | undefined)[]): string {
    const isShared = neighbours.some((other) => other !== undefined && haveSameDetails(event, other));
    return isShared ? this.#formatShared(event) : this.#refer(formatDetails(event), leastAlone);
  }

  #refer(text: string, least: number): string {
    if (text.length < least) return text;
    const reference = newReference();
    this.#shared ??= {};
    this.#shared[reference] = text;
    return reference;
  }
}

/** The same for an event that has no neighbours. */
export function formatAlone(event: RunlessEvent): { readonly details: string; readonly shared?: SharedDetails } {
  const text = formatDetails(event);
  if (text.length < leastAlone) return { details: text };
  const details = newReference();
  return { details, shared: { [details]: text } };
}

/** No details begin like it: they are a JSON object. */
function newReference(): string {
  return `#${crypto.randomUUID()}`;
}

/** How much they hold, in characters or bytes. */
export function sharedSize(shared: SharedDetails | undefined): number {
  let size = 0;
  for (const reference in shared) size += rowsSize(shared[reference] ?? "");
  return size;
}

/** A statement's arguments for `pairs` shared details or fewer: references and texts by turns. */
export function sharedArgs(shared: SharedDetails, pairs: number): readonly (string | Uint8Array | null)[] {
  const args = Object.entries(shared).flatMap(([reference, text]) => [
    reference,
    typeof text === "string" ? text : new Uint8Array(text),
  ]);
  return [...args, ...new Array<null>(2 * pairs - args.length).fill(null)];
}

/** For how many shared details a statement is prepared: a power of two, so that few are. */
export function pairsFor(shared: SharedDetails): number {
  return 2 ** Math.ceil(Math.log2(Object.keys(shared).length));
}

/**
 * The details of a row in SQL, where `details` is what stands there. The arguments from the place `first` on are those of
 * `sharedArgs`.
 */
export function detailsInSql(details: string, first: number, pairs: number): string {
  const cases = Array.from({ length: pairs }, (_, i) => {
    const reference = first + 2 * i;
    return `WHEN ?${reference} THEN CAST(?${reference + 1} AS TEXT)`;
  });
  return `CASE ${details} ${cases.join(" ")} ELSE ${details} END`;
}

/** The rows with all details in their places, for a database that takes no more than so much at a time. */
export function expandRows(rows: string, shared: SharedDetails): string {
  const expanded = splitRows(rows).map((row) => {
    const fields: unknown[] = JSON.parse(row);
    const details = shared[String(fields[field.details])];
    if (details === undefined) return row;
    fields[field.details] = typeof details === "string" ? details : new TextDecoder().decode(details);
    return JSON.stringify(fields);
  });
  return joinRows(expanded);
}
