import * as v from "valibot";
import { durationPattern, parseDuration } from "../../../core/freshness/duration.ts";
import type { WaitQuestion } from "../../../core/waiting/wait.ts";
import { assertWaitQuestion, longestBlock, withoutGaps } from "../../api/wait-question.ts";
import { HttpError } from "../http-error.ts";
import {
  anAssetKey,
  assetKeyJson,
  assetKeyParameter,
  readQuery,
  switchParameter,
  timeParameter,
} from "../query-parameters.ts";

const aDuration = "a duration: 90s, 30m, 2h, 1d12h";

// Clients also send fractions of a second, such as 1.5s. A pattern can't express the bounds.
const pattern = `${durationPattern}|^[0-9]{1,9}\\.[0-9]{1,3}s$`;

function durationParameter(expected: string, most: number, description: string, example: string) {
  const jsonSchema = { type: "string", pattern, description, examples: [example] } as const;
  const isDuration = (text: string) => (durationOf(text) ?? Number.POSITIVE_INFINITY) <= most;
  return v.pipe(
    v.string(expected),
    v.check(isDuration, expected),
    v.metadata({ jsonSchema }),
    v.transform((text) => durationOf(text) ?? 0),
  );
}

function durationOf(text: string): number | undefined {
  const [, seconds] = /^(\d{1,9}\.\d{1,3})s$/.exec(text) ?? [];
  return seconds === undefined ? parseDuration(text) : Math.round(Number(seconds) * 1000);
}

function listParameter<Item extends v.GenericSchema<string, unknown>>(
  item: Item,
  items: object,
  expected: string,
  description: string,
  example: string,
) {
  return v.pipe(
    v.array(item, expected),
    v.metadata({ jsonSchema: { type: "array", items, minItems: 1, description, examples: [[example]] } as const }),
  );
}

export const waitSchema = v.strictObject({
  asset_key: listParameter(
    assetKeyParameter,
    assetKeyJson,
    anAssetKey,
    "Parts joined by `/`, or a JSON array of strings. Repeat it for more assets, at most 50: all must be there.",
    "s3/orders",
  ),
  partition: v.optional(v.string()),
  since: v.optional(timeParameter),
  within: v.optional(
    durationParameter(
      aDuration,
      Number.MAX_SAFE_INTEGER,
      "It must be at most so old: `90s`, `30m`, `2h`, `1d12h`.",
      "24h",
    ),
  ),
  fresh: v.optional(switchParameter("`true`: the asset's freshness policy must say PASS.")),
  check: v.optional(
    listParameter(
      v.string(),
      { type: "string" },
      "the name of a check",
      "A check that must have passed since. Repeat it for more checks.",
      "no_nulls",
    ),
  ),
  checks: v.optional(switchParameter("`true`: all checks that are known of the asset must have passed since.")),
  strict: v.optional(switchParameter("`true`: failures of severity WARN block too.")),
  fail_fast: v.optional(switchParameter("`true`: a check that failed with the severity ERROR ends the wait.")),
  wait: v.optional(
    durationParameter(
      "a duration of at most 30s: 0s, 10s, 30s",
      longestBlock,
      "How long the answer may take where something is missing, at most `30s`.",
      "1s",
    ),
    "30s",
  ),
});

interface WaitQuery {
  readonly question: WaitQuestion;
  /** How long the request may block, in milliseconds. */
  readonly block: number;
}

/** The question of a request. Throws HttpError 400 or InvalidWaitError. */
export function readWaitQuery(url: string): WaitQuery {
  const query = readQuery(url, waitSchema, ["asset_key", "check"]);
  const { asset_key: keys, check, checks, fail_fast: failFast, wait: block, partition, since, within, ...rest } = query;
  if (check !== undefined && checks === true) {
    throw new HttpError(400, "Give check=… for checks by name, or checks=true for all of them, not both.");
  }
  const question = withoutGaps({
    ...{ keys, partition: partition?.toWellFormed(), since, within },
    fresh: rest.fresh === true || undefined,
    checks: checks === true ? "all" : check,
    strict: rest.strict === true || undefined,
    failFast: failFast === true || undefined,
  });
  assertWaitQuestion(question);
  return { question, block };
}
