import { type JsonValue, parseJson, stringifyJson } from "../../../core/index.ts";
import { maxEventDepth } from "../../../core/json/json.ts";
import { isArray, isJsonObject } from "../../../core/json/json-value.ts";
import { type Page, readItems } from "../../api/page-walk.ts";
import { RunlessClientError } from "../../client/client-error.ts";
import type { Call } from "../../client/http-sender.ts";
import type { OpenLog } from "../with-log.ts";

interface ListRequest {
  /** Below /api/v1. */
  readonly path: string;
  /** The member of the answer that has the items. */
  readonly name: string;
  readonly query: Call["query"];
  readonly limit: number;
  readonly cursor: string | undefined;
  /** Tells which items to keep. Default: all. */
  readonly keep?: ((item: JsonValue) => boolean) | undefined;
}

type ReadPage = (page: { readonly limit: number; readonly cursor?: string | undefined }) => Promise<Page<JsonValue>>;

const pageSize = 1000;

/** Reads items up to the limit, from as many pages as necessary. Numbers keep all their digits. */
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

/** Reads items to keep up to the limit. The cursor is right after the last of them. */
async function readKept(
  read: ReadPage,
  limit: number,
  from: string | undefined,
  keep: (item: JsonValue) => boolean,
): Promise<Page<JsonValue>> {
  const items: JsonValue[] = [];
  for (let cursor = from; ; ) {
    let page = await read({ limit: pageSize, cursor });
    const indexes = page.items.flatMap((item, i) => (keep(item) ? [i] : []));
    const last = indexes[limit - items.length - 1];
    // Read again up to that item, because only the end of a page has a cursor.
    if (last !== undefined && last < page.items.length - 1) page = await read({ limit: last + 1, cursor });
    for (const item of page.items) if (keep(item)) items.push(item);
    if (items.length >= limit || !page.hasMore || page.cursor === null) return { ...page, items };
    cursor = page.cursor;
  }
}

/** The list as JSON of the HTTP API. */
export function formatList(name: string, { items, cursor, hasMore }: Page<JsonValue>): string {
  return stringifyJson({ [name]: items, cursor, has_more: hasMore });
}

/** Tells the next cursor on standard error, if there is one. Standard output has the list alone. */
export function noteMore({ cursor, hasMore }: Page<JsonValue>): void {
  if (hasMore) console.error(`There is more: give a larger --limit, or --cursor ${cursor}`);
}
