import * as v from "valibot";
import { parseAssetKey } from "../../core/index.ts";
import type { EventFilter, PageRequest } from "../../storage/index.ts";
import type { Limits } from "../config.ts";
import { HttpError } from "./http-error.ts";

const defaultLimit = 50;

const assetKey = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const key = parseAssetKey(dataset.value);
    if (key !== undefined) return key;
    addIssue({ message: "an asset key: parts joined by / or a JSON array of strings" });
    return NEVER;
  }),
);
const eventId = v.pipe(v.string(), v.regex(/^\d{1,15}$/, "an event's id: a whole number"), v.transform(Number));
const isoTime = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i;
const time = v.pipe(
  v.string(),
  v.check(
    (text) => isoTime.test(text) || /^-?\d+(\.\d+)?$/.test(text),
    "a time: ISO 8601 with a zone, or seconds since 1970",
  ),
  v.check(hasItsDay, "a day that its month has"),
  v.transform((text) => Math.floor(isoTime.test(text) ? Date.parse(text) : Number(text) * 1000)),
  v.check((ms) => Math.abs(ms) <= 8.64e15, "a time that a calendar has"),
);
const type = v.picklist(
  ["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION"],
  "ASSET_MATERIALIZATION, ASSET_OBSERVATION or ASSET_CHECK_EVALUATION",
);

/** Date.parse takes February 30 for March 2. */
function hasItsDay(text: string): boolean {
  const [, year, month, day] = isoTime.exec(text)?.map(Number) ?? [];
  return year === undefined || month === undefined || new Date(Date.UTC(year, month, 0)).getUTCDate() >= (day ?? 0);
}

const filters = {
  asset_key: v.optional(assetKey),
  prefix: v.optional(assetKey),
  type: v.optional(type),
  partition: v.optional(v.string()),
  check_name: v.optional(v.string()),
  since: v.optional(time),
  until: v.optional(time),
  after: v.optional(eventId),
  before: v.optional(eventId),
};

function schemaFor(limits: Limits) {
  const expected = `a whole number from 1 to ${limits.pageEvents}`;
  return v.strictObject({
    ...filters,
    order: v.optional(v.picklist(["asc", "desc"], "asc or desc"), "desc"),
    limit: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^\d{1,9}$/, expected),
        v.transform(Number),
        v.minValue(1, expected),
        v.maxValue(limits.pageEvents, expected),
      ),
      String(Math.min(defaultLimit, limits.pageEvents)),
    ),
    cursor: v.optional(v.string()),
  });
}

export interface EventsQuery {
  readonly filter: EventFilter;
  readonly page: PageRequest;
}

/** The filter and page that a query asks for. Throws HttpError 400 that names the parameter. */
export function readEventsQuery(query: URLSearchParams, limits: Limits): EventsQuery {
  const given = Object.fromEntries(query);
  const schema = schemaFor(limits);
  const repeated = [...query.keys()].find((name, i, names) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw new HttpError(400, `The parameter ${repeated} is given more than once.`);
  const result = v.safeParse(schema, given, { abortEarly: true });
  if (!result.success) throw badParameter(result.issues[0], given, Object.keys(schema.entries));
  const { order, limit, cursor, asset_key: assetKey, check_name: checkName, ...rest } = result.output;
  return { filter: { ...rest, assetKey, checkName }, page: { order, limit, cursor } };
}

function badParameter(
  issue: v.BaseIssue<unknown>,
  given: Readonly<Record<string, string>>,
  known: readonly string[],
): HttpError {
  const name = String(issue.path?.[0]?.key ?? "");
  if (!known.includes(name)) {
    return new HttpError(400, `There is no parameter ${JSON.stringify(name)}. Those there are: ${known.join(", ")}.`);
  }
  return new HttpError(400, `The parameter ${name} must be ${issue.message}. Got ${JSON.stringify(given[name])}.`);
}
