import type { RunlessEvent } from "../../core/index.ts";
import { formatDetails } from "../../core/wire.ts";
import { sharedDetails } from "../shared-details.ts";
import { field } from "./event-row.ts";
import { joinRows, splitRows } from "./group.ts";

// Events of several partitions have the same details, which may be as large as a body. They cross threads once then: each
// row has a reference to them, and the database puts them in its place.

/** Details by their references. */
export type SharedDetails = Readonly<Record<string, string>>;

/** Smaller details are worth no reference, in characters. */
const leastShared = 4096;

/** Formats details, once for neighbours that share them. */
export class DetailsFormatter {
  #shared: { [reference: string]: string } | undefined;
  readonly #format = sharedDetails((details) => {
    const text = formatDetails(details);
    if (text.length < leastShared) return text;
    // No details begin like it: they are a JSON object.
    const reference = `#${crypto.randomUUID()}`;
    this.#shared = { ...this.#shared, [reference]: text };
    return reference;
  });

  /** The details that references stand for; undefined where there are none. */
  get shared(): SharedDetails | undefined {
    return this.#shared;
  }

  /** What stands in the event's row: its details, or a reference to them. One that is alone has nobody to share with. */
  format(event: RunlessEvent, isAlone: boolean): string {
    return isAlone ? formatDetails(event) : this.#format(event);
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
