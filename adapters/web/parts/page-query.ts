import type * as v from "valibot";
import { EventLogError } from "../../../storage/index.ts";
import { boundedQueryOf, ParameterError, readQuery } from "../../http/query-parameters.ts";

export interface PageQuery<Query> {
  readonly query: Query;
  /** The valid parameters, from which `query` was read. */
  readonly valid: URLSearchParams;
  /** The errors of the other parameters, by name. */
  readonly wrong: ReadonlyMap<string, string>;
}

/** Reads the parameters of a page. Forms send all their fields, so an empty one counts as absent. Throws HttpError. */
export function readPageQuery<const Entries extends v.ObjectEntries>(
  url: string,
  schema: v.StrictObjectSchema<Entries, undefined>,
): PageQuery<v.InferOutput<v.StrictObjectSchema<Entries, undefined>>> {
  return readValid(url, (url) => readQuery(url, schema));
}

/** Reads parameters with `read`, without those for which it throws ParameterError. */
export function readValid<Query>(url: string, read: (url: string) => Query): PageQuery<Query> {
  const valid = givenParameters(url);
  const wrong = new Map<string, string>();
  for (;;) {
    try {
      return { query: read(`/?${valid}`), valid, wrong };
    } catch (error) {
      if (!(error instanceof ParameterError) || !valid.has(error.parameter)) throw error;
      wrong.set(error.parameter, error.message);
      valid.delete(error.parameter);
    }
  }
}

/** A page of a list. */
export interface FromCursor<Found> {
  readonly found: Found;
  /** The cursor of the page; undefined for the first. */
  readonly cursor: string | undefined;
  readonly wrong: ReadonlyMap<string, string>;
}

/** Reads a page after a cursor. If the cursor is wrong, it reads the first page, and `wrong` has the error. */
export async function readFromCursor<Found>(
  { wrong }: Pick<PageQuery<unknown>, "wrong">,
  cursor: string | undefined,
  read: (cursor: string | undefined) => Promise<Found>,
): Promise<FromCursor<Found>> {
  try {
    return { found: await read(cursor), cursor, wrong };
  } catch (error) {
    if (!(error instanceof EventLogError) || error.code !== "bad_cursor") throw error;
    const found = await read(undefined);
    return { found, cursor: undefined, wrong: new Map([...wrong, ["cursor", error.message]]) };
  }
}

/** The parameters that are not empty. Throws HttpError if there are too many. */
export function givenParameters(url: string): URLSearchParams {
  return new URLSearchParams([...boundedQueryOf(url)].filter(([, value]) => value !== ""));
}

/** The text of a field, valid or not. */
export function givenValue(url: string, name: string): string | null {
  return givenParameters(url).get(name);
}

/** The query of the same page with changed parameters; null removes one. */
export function withQuery(url: string, changes: Readonly<Record<string, string | null>>): string {
  const query = givenParameters(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  return `?${query}`;
}
