import * as v from "valibot";
import { timeText } from "../../core/events/event-input-schema.ts";
import { parseAssetKey, parseTime } from "../../core/index.ts";
import { expectedTime, isLikelyMilliseconds, likelyMilliseconds } from "../../core/time.ts";
import type { Limits } from "../config/limits.ts";
import { HttpError } from "./http-error.ts";
import { assertUtf8, queryOf } from "./request.ts";

// The valibot schemas of parameters transform their values, so they carry their JSON Schema as metadata.

export const assetKeyJson = {
  type: "string",
  pattern: "[^/]",
  description: "Parts joined by `/`, or a JSON array of strings. At least one part is not empty.",
} as const;

function countJson(minimum: number, maximum: number) {
  return { type: "integer", minimum, maximum } as const;
}

/** The meaning of a parameter, in addition to its schema. */
export const parameterNotes: Readonly<Record<string, string>> = {
  prefix: "Finds the key itself and all below it.",
  search: "Words, with spaces between them, that a key contains: all of them, in any order, ASCII letters in any case.",
  since: "Of `timestamp`, inclusive.",
  until: "Of `timestamp`, exclusive.",
  after: "Of `id`, exclusive.",
  before: "Of `id`, exclusive.",
  order: "Of `id`.",
  quiet_since: "Finds assets without a materialization or observation from this `timestamp` on.",
  cursor: "From the last page, with the same filters.",
};

// A message of these schemas follows "The parameter … must be".
export const anAssetKey = "an asset key: parts joined by / or a JSON array of strings";
export const assetKeyParameter = v.pipe(
  v.string(anAssetKey),
  v.metadata({ jsonSchema: assetKeyJson }),
  v.transform(parseAssetKey),
  v.array(v.string(), anAssetKey),
);

const anEventId = "an event's id: a whole number";
export const eventIdParameter = v.pipe(
  v.string(anEventId),
  v.regex(/^\d{1,15}$/, anEventId),
  v.metadata({ jsonSchema: countJson(0, 1e15 - 1) }),
  v.transform(Number),
);

export const timeParameter = v.pipe(
  v.string(expectedTime),
  v.check(
    (text) => parseTime(text) !== undefined && !isLikelyMilliseconds(text),
    ({ input }) => {
      if (isLikelyMilliseconds(input)) return `a time, and ${likelyMilliseconds}`;
      return isTimeOnFirst(input) ? "a day that its month has" : expectedTime;
    },
  ),
  v.metadata({ jsonSchema: timeText }),
  v.transform((text) => parseTime(text) ?? 0),
);

/** Whether the text would be a time on the first of its month. */
function isTimeOnFirst(text: string): boolean {
  return parseTime(text.replace(/-\d\d(?=[T ])/i, "-01")) !== undefined;
}

/** A filter that is on or off. */
export function switchParameter(description: string) {
  const jsonSchema = { type: "string", enum: ["true", "false"], description, examples: ["true"] } as const;
  return v.pipe(
    v.picklist(["true", "false"], "true or false"),
    v.metadata({ jsonSchema }),
    v.transform((word) => word === "true"),
  );
}

const defaultLimit = 50;

/** The limit of a page, in items. */
export function pageLimit({ pageEvents }: Limits) {
  return v.optional(countParameter(pageEvents), String(Math.min(defaultLimit, pageEvents)));
}

export function countParameter(most: number) {
  const expected = `a whole number from 1 to ${most}`;
  return v.pipe(
    v.string(expected),
    v.regex(/^\d{1,15}$/, expected),
    v.metadata({ jsonSchema: countJson(1, most) }),
    v.transform(Number),
    v.minValue(1, expected),
    v.maxValue(most, expected),
  );
}

/** The schema of an endpoint without parameters. */
export const noParameters = v.strictObject({});

const mostSearched = 200;
const aSearchText = `text of at most ${mostSearched} characters`;
/** Words to search keys for. A character is a code point, as in JSON Schema. */
export const searchParameter = v.pipe(
  v.string(aSearchText),
  v.check((text) => text.length <= mostSearched || isShort(text, mostSearched), aSearchText),
  v.metadata({ jsonSchema: { type: "string", maxLength: mostSearched } }),
);

function isShort(text: string, most: number): boolean {
  return text.length <= 2 * most && [...text].length <= most;
}

const mostParameters = 100;
/** How much of a wrong name or value an error repeats, in characters. */
const mostRepeated = 200;

/** The query of a url, decoded. Throws HttpError 400 if it has too many parameters to read cheaply. */
export function boundedQueryOf(url: string): URLSearchParams {
  let parameters = 1;
  for (let at = url.indexOf("&"); at !== -1; at = url.indexOf("&", at + 1)) parameters++;
  if (parameters <= mostParameters) {
    assertUtf8(url);
    return queryOf(url);
  }
  throw new HttpError(400, `The query has ${parameters} parameters, and may have ${mostParameters}. Send fewer.`);
}

/** A 400 for one parameter of a query. */
export class ParameterError extends HttpError {
  readonly parameter: string;
  constructor(parameter: string, message: string) {
    super(400, message);
    this.parameter = parameter;
  }
}

/**
 * The parameters of a request's query. Throws ParameterError for one that is unknown, repeated or wrong. Those of `lists`
 * may be repeated, and are arrays.
 */
export function readQuery<const Entries extends v.ObjectEntries>(
  url: string,
  schema: v.StrictObjectSchema<Entries, undefined>,
  lists: readonly string[] = [],
): v.InferOutput<v.StrictObjectSchema<Entries, undefined>> {
  const query = boundedQueryOf(url);
  const names = [...query.keys()];
  const known = Object.keys(schema.entries);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const listed = known.length === 0 ? "There are none here." : `Those there are: ${known.join(", ")}.`;
    throw new ParameterError(unknown, `There is no parameter ${shown(unknown)}. ${listed}`);
  }
  const repeated = names.find((name, i) => names.indexOf(name) !== i && !lists.includes(name));
  if (repeated !== undefined) throw new ParameterError(repeated, `The parameter ${repeated} is given more than once.`);
  const result = v.safeParse(schema, { ...Object.fromEntries(query), ...listsIn(query, lists) }, { abortEarly: true });
  if (result.success) return result.output;
  throw wrongParameter(schema, query, result.issues[0]);
}

function wrongParameter(
  schema: v.StrictObjectSchema<v.ObjectEntries, undefined>,
  query: URLSearchParams,
  issue: v.BaseIssue<unknown>,
): ParameterError {
  const [{ key } = {}, { key: index } = {}] = issue.path ?? [];
  const name = String(key ?? "");
  const value = query.getAll(name)[typeof index === "number" ? index : 0] ?? null;
  if (value !== null) {
    return new ParameterError(name, `The parameter ${name} must be ${issue.message}. Got ${shown(value)}.`);
  }
  // The message for a missing value tells what the schema expects.
  const expected = v.safeParse(schema.entries[name] ?? v.never(), undefined).issues?.[0].message;
  return new ParameterError(name, `The parameter ${name} is missing. It must be ${expected}.`);
}

function listsIn(query: URLSearchParams, lists: readonly string[]) {
  return Object.fromEntries(lists.filter((name) => query.has(name)).map((name) => [name, query.getAll(name)]));
}

function shown(text: string): string {
  const start = JSON.stringify(text.slice(0, mostRepeated).toWellFormed());
  return text.length <= mostRepeated ? start : `${start}…`;
}
