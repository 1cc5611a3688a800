import * as v from "valibot";
import type { EventFilter, PageRequest } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import { HttpError } from "../http-error.ts";
import {
  assetKeyParameter,
  countParameter,
  eventIdParameter,
  pageLimit,
  readQuery,
  timeParameter,
} from "../query-parameters.ts";

const type = v.picklist(
  ["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION", "ASSET_WIPED", "FRESHNESS_STATE_CHANGE"],
  "ASSET_MATERIALIZATION, ASSET_OBSERVATION, ASSET_CHECK_EVALUATION, ASSET_WIPED or FRESHNESS_STATE_CHANGE",
);
const order = v.picklist(["asc", "desc"], "asc or desc");

const filters = {
  asset_key: v.optional(assetKeyParameter),
  prefix: v.optional(assetKeyParameter),
  type: v.optional(type),
  partition: v.optional(v.string()),
  check_name: v.optional(v.string()),
  since: v.optional(timeParameter),
  until: v.optional(timeParameter),
  after: v.optional(eventIdParameter),
};
const bounded = { ...filters, before: v.optional(eventIdParameter) };

export function pageSchema(limits: Limits) {
  return v.strictObject({
    ...bounded,
    order: v.optional(order, "desc"),
    limit: pageLimit(limits),
    cursor: v.optional(v.string()),
  });
}
/** Oldest first, so that importing an export gives ids in the same order. */
export const exportSchema = v.strictObject({
  ...bounded,
  order: v.optional(order, "asc"),
  limit: v.optional(countParameter(1e15 - 1)),
});
export const streamSchema = v.strictObject(filters);

export interface EventsQuery {
  readonly filter: EventFilter;
  readonly page: PageRequest;
}

/** The filter and page of a query. Throws HttpError 400 that names the wrong parameter. */
export function readEventsQuery(url: string, limits: Limits): EventsQuery {
  const { order, limit, cursor, ...filter } = readQuery(url, pageSchema(limits));
  return { filter: eventFilter(filter), page: { order, limit, cursor } };
}

export interface ExportQuery {
  readonly filter: EventFilter;
  readonly order: PageRequest["order"];
  /** The most events in all. */
  readonly limit: number;
}

export function readExportQuery(url: string): ExportQuery {
  const { order, limit = Number.POSITIVE_INFINITY, ...filter } = readQuery(url, exportSchema);
  return { filter: eventFilter(filter), order, limit };
}

/** The filter of a stream. Its `after` is where the stream resumes; undefined if it starts now. */
export function readStreamQuery(url: string, headers: Headers): EventFilter {
  const filter = eventFilter(readQuery(url, streamSchema));
  // A browser reconnects with the address that it had, so the header is more recent.
  const lastEventId = headers.get("last-event-id") ?? "";
  if (lastEventId === "") return filter;
  const result = v.safeParse(eventIdParameter, lastEventId);
  if (result.success) return { ...filter, after: result.output };
  throw new HttpError(400, `Last-Event-ID must be ${result.issues[0].message}. Got ${JSON.stringify(lastEventId)}.`);
}

function eventFilter({
  asset_key: assetKey,
  check_name: checkName,
  ...rest
}: v.InferOutput<typeof streamSchema>): EventFilter {
  return { ...rest, assetKey, checkName };
}
