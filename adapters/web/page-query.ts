import type * as v from "valibot";
import { EventLogError } from "../../storage/index.ts";
import { boundedQueryOf, ParameterError, readQuery } from "../http/query-parameters.ts";

export interface PageQuery<Query> {
  /** What the parameters say that are right. */
  readonly query: Query;
  /** These parameters. */
  readonly said: URLSearchParams;
  /** What is wrong with the others, by their names. */
  readonly wrong: ReadonlyMap<string, string>;
}

/** The parameters of a page. A form sends every field that it has: an empty one says nothing. Throws HttpError. */
export function readPageQuery<const Entries extends v.ObjectEntries>(
  url: string,
  schema: v.StrictObjectSchema<Entries, undefined>,
): PageQuery<v.InferOutput<v.StrictObjectSchema<Entries, undefined>>> {
  return readValid(url, (url) => readQuery(url, schema));
}

/** What `read` makes of a page's parameters, less those that it finds wrong. */
export function readValid<Query>(url: string, read: (url: string) => Query): PageQuery<Query> {
  const said = saidIn(url);
  const wrong = new Map<string, string>();
  for (;;) {
    try {
      return { query: read(`/?${said}`), said, wrong };
    } catch (error) {
      if (!(error instanceof ParameterError) || !said.has(error.parameter)) throw error;
      wrong.set(error.parameter, error.message);
      said.delete(error.parameter);
    }
  }
}

/** What a page shows from a cursor on. */
export interface FromCursor<Found> {
  readonly found: Found;
  /** Undefined where the first page is shown. */
  readonly cursor: string | undefined;
  readonly wrong: ReadonlyMap<string, string>;
}

/** What `read` finds behind a cursor, or from the beginning where the cursor is of no use, which is said. */
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

/** The parameters that say something. Throws HttpError where there are too many. */
export function saidIn(url: string): URLSearchParams {
  return new URLSearchParams([...boundedQueryOf(url)].filter(([, value]) => value !== ""));
}

/** What a field said, right or wrong. */
export function rawOf(url: string, name: string): string | null {
  return saidIn(url).get(name);
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
