import { freshnessStates } from "../../../core/events/freshness-change.ts";
import {
  assetKey,
  count,
  freshnessState,
  id,
  object,
  page,
  text,
  textOrNull,
  texts,
  time,
  timeOrNull,
} from "./answers.ts";
import { type Schema, schemaRef } from "./operation.ts";

const since: Schema = { ...time, description: "Since when." };
const deadline: Schema = {
  ...timeOrNull,
  description: "The one that was missed; while the state is PASS or UNKNOWN, the next one.",
};
const lastAt: Schema = {
  ...timeOrNull,
  description: "When the newest event counted: as of its timestamp, or of its receipt where that is earlier.",
};
const nextChangeAt: Schema = { ...timeOrNull, description: "When the state may change without an event." };
const states = Object.fromEntries(freshnessStates.map((state) => [state, count]));

/** The schemas of what is watched. */
export const watchingSchemas: Record<string, Schema> = {
  Freshness: object({
    state: { ...freshnessState, description: "Of an asset with partitions, the worst of theirs." },
    since,
    policy: { type: ["object", "null"], description: "Of the definition that holds, as in the document." },
    deadline,
    last_at: lastAt,
    next_change_at: nextChangeAt,
    partitions: {
      anyOf: [{ ...object(states, Object.keys(states)) }, { type: "null" }],
      description: "How many have each state. Null for an asset without partitions.",
    },
  }),
  Subject: object({
    asset_key: assetKey,
    partition: textOrNull,
    state: freshnessState,
    since,
    deadline,
    last_at: lastAt,
    next_change_at: nextChangeAt,
    defined_at: { ...timeOrNull, description: "From when the policy counts." },
  }),
  SubjectPage: page("subjects", schemaRef("Subject")),
  Alert: object({
    id,
    kind: { type: "string", enum: ["freshness", "check"] },
    status: { type: "string", enum: ["firing", "resolved"] },
    severity: {
      type: "string",
      enum: ["WARN", "ERROR"],
      description: "Of freshness: WARN while the state is WARN, ERROR while it is FAIL. Of a check: its own.",
    },
    asset_key: assetKey,
    partition: textOrNull,
    check_name: { ...textOrNull, description: "Null for freshness." },
    since,
    resolved_at: timeOrNull,
    event_id: {
      type: ["integer", "null"],
      minimum: 1,
      description: "The event that opened it, made it worse or resolved it.",
    },
    reason: {
      ...text,
      description:
        "Why it fires, or was resolved: deadline, window, reported, wiped, initial, policy_changed, policy_removed, partition_removed, no_longer_watched, check_failed, check_passed or closed.",
    },
    muted_until: { ...timeOrNull, description: "Null if it is not muted now." },
    owners: { ...texts, description: "Of the definition when it opened, as are `group` and `tags`." },
    group: textOrNull,
    tags: { type: "object", additionalProperties: text },
  }),
  AlertPage: page("alerts", schemaRef("Alert")),
  Mute: object(
    {
      asset_key: assetKey,
      prefix: { ...assetKey, description: "In the place of `asset_key`: the key itself and all below it." },
      until: time,
      by: { ...textOrNull, description: "The name of the token that muted it." },
    },
    ["asset_key", "prefix"],
  ),
  MuteList: object({ mutes: { type: "array", items: schemaRef("Mute") } }),
  Unmuted: object({ unmuted: { type: "boolean", const: true } }),
};
