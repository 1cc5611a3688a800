import { formatDetails } from "../../../core/events/wire.ts";
import type { RunlessEvent } from "../../../core/index.ts";
import { haveSameDetails, sharedDetails } from "../../recording/shared-details.ts";
import { field } from "./event-row.ts";
import { joinRows, rowsSize, type SharedDetails, splitRows } from "./group.ts";

// Events of several partitions have the same details, which may be as large as a body. Such details cross threads once:
// each row has a reference, which the database replaces by the details. Large details of a single event go the same
// way: a text of 4 MB is written in 17 ms as a value of its own, and in 41 ms within the JSON of rows.

/**
 * The least length of details for a reference, in characters: of details that neighbours share, and of those of one
 * event.
 */
const leastShared = 4096;
const leastAlone = 64 * 1024;

/** Formats the details of events one after another, once for neighbours that share them. */
export class DetailsFormatter {
  #shared: { [reference: string]: string } | undefined;
  readonly #formatShared = sharedDetails((details) => this.#refer(formatDetails(details), leastShared));

  /** The details by their references. Undefined if there are none. */
  get shared(): SharedDetails | undefined {
    return this.#shared;
  }

  /** The details for an event's row, or a reference to them if a neighbour has the same. */
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

/** As `DetailsFormatter`, for an event without neighbours. */
export function formatAlone(event: RunlessEvent): { readonly details: string; readonly shared?: SharedDetails } {
  const text = formatDetails(event);
  if (text.length < leastAlone) return { details: text };
  const details = newReference();
  return { details, shared: { [details]: text } };
}

/** No details begin with it: they are a JSON object. */
function newReference(): string {
  return `#${crypto.randomUUID()}`;
}

/** The size of all shared details, in characters or bytes. */
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

/**
 * The number of shared details that a statement is prepared for. A power of two, so that few statements are prepared.
 */
export function pairsFor(shared: SharedDetails): number {
  return 2 ** Math.ceil(Math.log2(Object.keys(shared).length));
}

/**
 * The details of a row as a SQL expression. `details` gives what the row holds. The arguments of `sharedArgs` begin
 * with number `first`.
 */
export function detailsInSql(details: string, first: number, pairs: number): string {
  const cases = Array.from({ length: pairs }, (_, i) => {
    const reference = first + 2 * i;
    return `WHEN ?${reference} THEN CAST(?${reference + 1} AS TEXT)`;
  });
  return `CASE ${details} ${cases.join(" ")} ELSE ${details} END`;
}

/** The rows with all details in place, for a remote database, which takes limited arguments. */
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
