import * as v from "valibot";
import type { EventFilter, PageRequest } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { Caller } from "../access/caller.ts";
import { HttpError } from "../http-error.ts";
import {
  assetKeyParameter,
  countParameter,
  eventIdParameter,
  pageLimit,
  readQuery,
  switchParameter,
  timeParameter,
} from "../query-parameters.ts";
import { showsReporters } from "./reporters.ts";

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
const bounded = {
  ...filters,
  before: v.optional(eventIdParameter),
  reporters: v.optional(
    switchParameter(
      "Whether events have `reported_by`, which needs the scope `admin`. Default: in a page for admins; in lines not.",
    ),
  ),
};

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

interface EventsQuery {
  readonly filter: EventFilter;
  readonly page: PageRequest;
  /** Whether to say who reported the events. */
  readonly reporters: boolean;
}

/**
 * The filter and page of a query. Throws HttpError 400 that names the wrong parameter, and 403 if it asks for reporters
 * that the caller is not told.
 */
export function readEventsQuery(url: string, limits: Limits, caller: Caller): EventsQuery {
  const { order, limit, cursor, reporters, ...filter } = readQuery(url, pageSchema(limits));
  return {
    filter: eventFilter(filter),
    page: { order, limit, cursor },
    reporters: showsReporters(caller, reporters),
  };
}

export interface ExportQuery {
  readonly filter: EventFilter;
  readonly order: PageRequest["order"];
  /** The most events in all. */
  readonly limit: number;
  /** Whether to say who reported the events. */
  readonly reporters: boolean;
}

/** As `readEventsQuery`, of an export. */
export function readExportQuery(url: string, caller: Caller): ExportQuery {
  const { order, limit = Number.POSITIVE_INFINITY, reporters = false, ...filter } = readQuery(url, exportSchema);
  return { filter: eventFilter(filter), order, limit, reporters: showsReporters(caller, reporters) };
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
