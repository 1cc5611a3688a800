import * as v from "valibot";
import { namedKey } from "../../../core/asset-key.ts";
import { timeDigits } from "../../../core/events/event-input-schema.ts";
import { type AssetKey, parseAssetKey, parseTime } from "../../../core/index.ts";
import { expectedTime, isLikelyMilliseconds, likelyMilliseconds } from "../../../core/time.ts";
import type { MuteName } from "../../../storage/index.ts";
import { HttpError } from "../http-error.ts";
import { assetKeyParameter, readQuery } from "../query-parameters.ts";

const fields = ["asset_key", "prefix", "until"];

export const unmuteSchema = v.strictObject({
  asset_key: v.optional(assetKeyParameter),
  prefix: v.optional(assetKeyParameter),
});

/** The longest mute, in milliseconds. */
const longestMute = 366 * 86_400_000;

/** Reads the body of a mute. Throws HttpError 400, which names the field. */
export function readMute(text: string, now: number): { readonly name: MuteName; readonly until: number } {
  const body = parsed(text);
  const unknown = Object.keys(body).find((name) => !fields.includes(name));
  if (unknown !== undefined) {
    const shown = JSON.stringify(unknown.slice(0, 200).toWellFormed());
    throw new HttpError(400, `There is no field ${shown} of a mute. Those there are: ${fields.join(", ")}.`);
  }
  const [assetKey, prefix] = [keyOf("asset_key", body.asset_key), keyOf("prefix", body.prefix)];
  return { name: oneOf(assetKey, prefix, "fields"), until: untilOf(body.until, now) };
}

/** Reads the name in the query of a DELETE. Throws HttpError 400. */
export function readUnmute(url: string): MuteName {
  const { asset_key: assetKey, prefix } = readQuery(url, unmuteSchema);
  return oneOf(assetKey, prefix, "parameters");
}

function oneOf(assetKey: AssetKey | undefined, prefix: AssetKey | undefined, what: string): MuteName {
  if (assetKey !== undefined && prefix === undefined) return { assetKey };
  if (prefix !== undefined && assetKey === undefined) return { prefix };
  throw new HttpError(400, `Give one of the ${what} asset_key and prefix: one asset, or a key and all below it.`);
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new HttpError(400, 'The body is not JSON. Send {"asset_key": "a/b", "until": "2026-11-30T12:00:00Z"}.');
  }
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return { ...body };
  throw new HttpError(400, "The body must be a JSON object with asset_key or prefix, and until.");
}

/** The key in a field. Null means that the field is absent, as in events. */
function keyOf(field: string, value: unknown): AssetKey | undefined {
  if (value === undefined || value === null) return undefined;
  const isParts = (parts: unknown): parts is string[] =>
    Array.isArray(parts) && parts.every((part) => typeof part === "string");
  const found = typeof value === "string" ? parseAssetKey(value) : isParts(value) ? namedKey(value) : undefined;
  if (found !== undefined) return found.map((part) => part.toWellFormed());
  throw new HttpError(
    400,
    `The field ${field} must be parts joined by / or an array of strings, with a part that is not empty.`,
  );
}

function untilOf(value: unknown, now: number): number {
  const text = timeDigits(value);
  if (isLikelyMilliseconds(text))
    throw new HttpError(400, `The field until must be a time, and ${likelyMilliseconds}.`);
  const until = typeof value === "string" || typeof value === "number" ? parseTime(text) : undefined;
  if (until === undefined) throw new HttpError(400, `The field until must be ${expectedTime}.`);
  if (until > now && until - now <= longestMute) return until;
  const [shown, clock] = [until, now].map((time) => new Date(time).toISOString());
  throw new HttpError(
    400,
    `The field until must be in the future, and at most 366 days ahead. Got ${shown}, and it is ${clock} now.`,
  );
}
