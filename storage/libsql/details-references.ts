import type { RunlessEvent } from "../../core/index.ts";
import { formatDetails } from "../../core/wire.ts";
import { haveSameDetails, sharedDetails } from "../shared-details.ts";
import { field } from "./event-row.ts";
import { joinRows, type SharedDetails, splitRows } from "./group.ts";

// Events of several partitions have the same details, which may be as large as a body. They cross threads once then: each
// row has a reference to them, and the database puts them in its place.

/** Smaller details are worth no reference, in characters. */
const leastShared = 4096;

/** Formats the details of events one after another, once for neighbours that share them. */
export class DetailsFormatter {
  readonly #shared: { [reference: string]: string } = {};
  #isUsed = false;
  readonly #formatShared = sharedDetails((details) => {
    const text = formatDetails(details);
    if (text.length < leastShared) return text;
    // No details begin like it: they are a JSON object.
    const reference = `#${crypto.randomUUID()}`;
    this.#shared[reference] = text;
    this.#isUsed = true;
    return reference;
  });

  /** The details that references stand for; undefined where there are none. */
  get shared(): SharedDetails | undefined {
    return this.#isUsed ? this.#shared : undefined;
  }

  /** What stands in an event's row: its details, or a reference to them where a neighbour has the same. */
  format(event: RunlessEvent, ...neighbours: readonly (RunlessEvent | undefined)[]): string {
    const isShared = neighbours.some((other) => other !== undefined && haveSameDetails(event, other));
    return isShared ? this.#formatShared(event) : formatDetails(event);
  }
}

/** How much they hold, in characters. */
export function sharedSize(shared: SharedDetails | undefined): number {
  let size = 0;
  for (const reference in shared) size += shared[reference]?.length ?? 0;
  return size;
}

/** The details of a row in SQL, where `details` is what stands there, and `shared` a JSON object of SharedDetails. */
export function detailsInSql(details: string, shared: string): string {
  return `iif(substr(${details}, 1, 1) = '#', ${shared} ->> ('$."' || ${details} || '"'), ${details})`;
}

/** The rows with all details in their places, for a database that takes no more than so much at a time. */
export function expandRows(rows: string, shared: SharedDetails): string {
  const expanded = splitRows(rows).map((row) => {
    const fields: unknown[] = JSON.parse(row);
    const details = shared[String(fields[field.details])];
    if (details === undefined) return row;
    fields[field.details] = details;
    return JSON.stringify(fields);
  });
  return joinRows(expanded);
}
