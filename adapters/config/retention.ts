import * as v from "valibot";
import type { RecordedEventType } from "../../core/index.ts";
import type { Expiry } from "../../storage/index.ts";
import { parseDays } from "./relative-time.ts";

/** How many days events and idempotency keys are kept after their receipt. */
export interface Retention {
  /** Events of other types are kept for ever. */
  readonly events: Readonly<Partial<Record<RecordedEventType, number>>>;
  readonly idempotencyKeys: number;
}

const helpOf = (what: string) =>
  `days to keep ${what} after they were received or imported, but for the latest: 90, 90d, or forever`;

/** Flags for all events, for each type but that of wipes, and for idempotency keys. */
export const retentionFlags = {
  "retain-days": { env: "RUNLESS_RETAIN_DAYS", default: "forever", help: helpOf("events") },
  "retain-days-materializations": { env: "RUNLESS_RETAIN_DAYS_MATERIALIZATIONS", help: helpOf("materializations") },
  "retain-days-observations": { env: "RUNLESS_RETAIN_DAYS_OBSERVATIONS", help: helpOf("observations") },
  "retain-days-checks": { env: "RUNLESS_RETAIN_DAYS_CHECKS", help: helpOf("check evaluations") },
  "retain-days-freshness": { env: "RUNLESS_RETAIN_DAYS_FRESHNESS", help: helpOf("changes of freshness") },
  "idempotency-days": { env: "RUNLESS_IDEMPOTENCY_DAYS", default: "7", help: "days to keep idempotency keys" },
} as const;

export type RetentionFlag = keyof typeof retentionFlags;

const flagOf = {
  ASSET_MATERIALIZATION: "retain-days-materializations",
  ASSET_OBSERVATION: "retain-days-observations",
  ASSET_CHECK_EVALUATION: "retain-days-checks",
  ASSET_WIPED: "retain-days",
  FRESHNESS_STATE_CHANGE: "retain-days-freshness",
} as const satisfies Record<RecordedEventType, RetentionFlag>;

type Days = number | "forever";

const mostDays = 36_500;
const day = 24 * 60 * 60 * 1000;
const daysFrom = (least: number) =>
  v.pipe(
    v.string(),
    v.transform((text) => (parseDays(text) ?? Number.NaN) / day),
    v.minValue(least),
    v.maxValue(mostDays),
  );
const days = v.union([v.literal("forever"), daysFrom(1)]);
const expected = `from 1 to ${mostDays} days, as 90 or 90d, or forever`;
const leastKeyDays = 7;

type Read = <Schema extends v.GenericSchema>(
  name: RetentionFlag,
  schema: Schema,
  expected: string,
) => v.InferOutput<Schema>;

/** The retention, from the flags that `read` returns. The flag for all events is the default of each type. */
export function retentionBy(read: Read): Retention {
  const all: Days = read("retain-days", days, expected);
  const found = Object.entries(flagOf).map(
    ([type, flag]) => [type, read(flag, v.optional(days), expected) ?? all] as const,
  );
  return {
    events: Object.fromEntries(found.filter(([, days]) => days !== "forever")),
    idempotencyKeys: read(
      "idempotency-days",
      daysFrom(leastKeyDays),
      `from ${leastKeyDays} to ${mostDays} days, as ${leastKeyDays} or ${leastKeyDays}d`,
    ),
  };
}

/** The times before which events and keys have expired, in milliseconds since 1970 UTC. */
export function expiryAt(now: number, { events, idempotencyKeys }: Retention): Expiry {
  const times = Object.entries(events).map(([type, days]) => [type, now - Math.round(days * day)]);
  return { events: Object.fromEntries(times), idempotencyKeys: now - Math.round(idempotencyKeys * day) };
}
