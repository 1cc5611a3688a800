import { type JsonValue, parseJson, stringifyJson } from "../../core/index.ts";
import { maxEventDepth } from "../../core/json.ts";
import { isArray, isJsonObject } from "../../core/json-value.ts";
import { RunlessClientError } from "../client/client-error.ts";
import type { Call } from "../client/http-sender.ts";
import { type Page, readItems } from "../page-walk.ts";
import type { OpenLog } from "./with-log.ts";

export interface ListRequest {
  /** Below /api/v1. */
  readonly path: string;
  /** The answer's member that has the items. */
  readonly name: string;
  readonly query: Call["query"];
  readonly limit: number;
  readonly cursor: string | undefined;
}

const pageSize = 1000;

/** As many items as the limit says, through as many pages as it takes, with every digit as it came. */
export function readList(
  { send }: OpenLog,
  { path, name, query, limit, cursor }: ListRequest,
): Promise<Page<JsonValue>> {
  const read = async (page: { readonly limit: number; readonly cursor?: string | undefined }) => {
    const text = await send({ method: "GET", path, query: { ...query, ...page }, signal: undefined });
    const json = parseJson(text, { maxDepth: maxEventDepth + 2 });
    const items = isJsonObject(json) ? json[name] : undefined;
    if (!isJsonObject(json) || !isArray(items))
      throw new RunlessClientError("bad_answer", `No ${name} came from ${path}.`);
    return { items, cursor: typeof json.cursor === "string" ? json.cursor : null, hasMore: json.has_more === true };
  };
  return readItems(read, { limit, cursor }, { pageSize, signal: undefined });
}

/** The list as the HTTP API writes it. */
export function formatList(name: string, { items, cursor, hasMore }: Page<JsonValue>): string {
  return stringifyJson({ [name]: items, cursor, has_more: hasMore });
}

/** Says on standard error where the list goes on, if it does: what is piped on is the list alone. */
export function noteMore({ cursor, hasMore }: Page<JsonValue>): void {
  if (hasMore) console.error(`There is more: give a larger --limit, or --cursor ${cursor}`);
}
