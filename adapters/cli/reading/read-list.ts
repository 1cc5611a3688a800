import { type JsonValue, parseJson, stringifyJson } from "../../../core/index.ts";
import { maxEventDepth } from "../../../core/json/json.ts";
import { isArray, isJsonObject } from "../../../core/json/json-value.ts";
import { type Page, readItems } from "../../api/page-walk.ts";
import { RunlessClientError } from "../../client/client-error.ts";
import type { Call } from "../../client/http-sender.ts";
import type { OpenLog } from "../with-log.ts";

export interface ListRequest {
  /** Below /api/v1. */
  readonly path: string;
  /** The answer's member that has the items. */
  readonly name: string;
  readonly query: Call["query"];
  readonly limit: number;
  readonly cursor: string | undefined;
  /** What to leave out of the list. Default: nothing. */
  readonly keep?: ((item: JsonValue) => boolean) | undefined;
}

type ReadPage = (page: { readonly limit: number; readonly cursor?: string | undefined }) => Promise<Page<JsonValue>>;

const pageSize = 1000;

/** As many items as the limit says, through as many pages as it takes, with every digit as it came. */
export function readList(
  { send }: OpenLog,
  { path, name, query, limit, cursor, keep }: ListRequest,
): Promise<Page<JsonValue>> {
  const read: ReadPage = async (page) => {
    const text = await send({ method: "GET", path, query: { ...query, ...page }, signal: undefined });
    const json = parseJson(text, { maxDepth: maxEventDepth + 2 });
    const items = isJsonObject(json) ? json[name] : undefined;
    if (!isJsonObject(json) || !isArray(items))
      throw new RunlessClientError("bad_answer", `No ${name} came from ${path}.`);
    return { items, cursor: typeof json.cursor === "string" ? json.cursor : null, hasMore: json.has_more === true };
  };
  if (keep !== undefined) return readKept(read, limit, cursor, keep);
  return readItems(read, { limit, cursor }, { pageSize, signal: undefined });
}

/** As many items as the limit says that are to be kept. The list goes on right behind the last of them. */
async function readKept(
  read: ReadPage,
  limit: number,
  from: string | undefined,
  keep: (item: JsonValue) => boolean,
): Promise<Page<JsonValue>> {
  const items: JsonValue[] = [];
  for (let cursor = from; ; ) {
    let page = await read({ limit: pageSize, cursor });
    const places = page.items.flatMap((item, i) => (keep(item) ? [i] : []));
    const last = places[limit - items.length - 1];
    // Asked for again up to there, since only a page's end has a cursor.
    if (last !== undefined && last < page.items.length - 1) page = await read({ limit: last + 1, cursor });
    for (const item of page.items) if (keep(item)) items.push(item);
    if (items.length >= limit || !page.hasMore || page.cursor === null) return { ...page, items };
    cursor = page.cursor;
  }
}

/** The list as the HTTP API writes it. */
export function formatList(name: string, { items, cursor, hasMore }: Page<JsonValue>): string {
  return stringifyJson({ [name]: items, cursor, has_more: hasMore });
}

/** Says on standard error where the list goes on, if it does: what is piped on is the list alone. */
export function noteMore({ cursor, hasMore }: Page<JsonValue>): void {
  if (hasMore) console.error(`There is more: give a larger --limit, or --cursor ${cursor}`);
}
