import type * as v from "valibot";
import { boundedQueryOf, readQuery } from "../http/query-parameters.ts";

/** The parameters of a page. A form sends every field that it has: an empty one says nothing. Throws HttpError. */
export function readPageQuery<const Entries extends v.ObjectEntries>(
  url: string,
  schema: v.StrictObjectSchema<Entries, undefined>,
): v.InferOutput<v.StrictObjectSchema<Entries, undefined>> {
  return readQuery(`/?${saidIn(url)}`, schema);
}

/** The parameters that say something. Throws HttpError where there are too many. */
export function saidIn(url: string): URLSearchParams {
  return new URLSearchParams([...boundedQueryOf(url)].filter(([, value]) => value !== ""));
}

/** The same page with other parameters; null takes one away. */
export function withQuery(url: string, changes: Readonly<Record<string, string | null>>): string {
  const query = saidIn(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  return `?${query}`;
}
