import fc from "fast-check";
import type { ToldMessage } from "../../../../adapters/destinations/formats/told-message.ts";
import { checkEvaluation, materialization } from "../../../../core/index.ts";
import type { Alert } from "../../../../storage/index.ts";
import { anyText, assetKey } from "../../../core/arbitraries.ts";

export const baseUrl = "https://runless.example";
export const since = Date.parse("2026-11-30T06:00:00Z");

export function alertOf(id: number, fields: Partial<Alert> = {}): Alert {
  return {
    id,
    kind: "freshness",
    status: "firing",
    severity: "ERROR",
    assetKey: ["warehouse", `orders_${id}`],
    partition: null,
    checkName: null,
    since,
    resolvedAt: null,
    eventId: null,
    reason: "deadline",
    mutedUntil: null,
    tellAt: null,
    owners: ["team:finance"],
    group: null,
    tags: {},
    ...fields,
  };
}

export const firing = (alert: Alert): ToldMessage => ({ type: "alert.firing", alert });
export const resolved = (alert: Alert): ToldMessage => {
  return { type: "alert.resolved", alert: { ...alert, status: "resolved", resolvedAt: since + 60_000 } };
};
export const storm = (count: number): readonly ToldMessage[] =>
  Array.from({ length: count }, (_, i) => firing(alertOf(i + 1)));

const anyAlert: fc.Arbitrary<Alert> = fc.record({
  id: fc.nat(),
  kind: fc.constantFrom("freshness", "check"),
  status: fc.constantFrom("firing", "resolved"),
  severity: fc.constantFrom("WARN", "ERROR"),
  assetKey: fc.oneof(assetKey, fc.constant(["&<>|".repeat(2_000)]), fc.constant(["<!channel>", "\r\nBcc: a@b"])),
  partition: fc.option(anyText),
  checkName: fc.oneof(anyText, fc.constant("x".repeat(5_000))),
  since: fc.integer({ min: 0, max: 4e12 }),
  resolvedAt: fc.constant(null),
  eventId: fc.option(fc.nat()),
  reason: fc.constantFrom("deadline", "window", "reported", "wiped", "check_failed", "check_passed", "closed"),
  mutedUntil: fc.constant(null),
  tellAt: fc.constant(null),
  owners: fc.array(fc.oneof(anyText, fc.constant("<script>".repeat(2_000))), { maxLength: 30 }),
  group: fc.option(anyText),
  tags: fc.dictionary(anyText, fc.oneof(anyText, fc.constant("t".repeat(100_000))), { maxKeys: 30 }),
});

const recorded = { id: 7, timestamp: since, receivedAt: since };
const anyEvent = fc.tuple(assetKey, fc.option(anyText), anyText, fc.boolean()).map(([key, partition, text, passed]) => {
  const description = text.toWellFormed().repeat(50);
  const options = { partition: partition?.toWellFormed() ?? null, description };
  return passed
    ? { ...materialization(key, options), ...recorded }
    : { ...checkEvaluation(key, { ...options, checkName: `c${description}`, passed }), ...recorded };
});

/** Anything that can be told, with the worst keys and texts. */
export const anyMessage: fc.Arbitrary<ToldMessage> = fc.oneof(
  fc.record({ type: fc.constantFrom("alert.firing", "alert.resolved", "alert.reminder"), alert: anyAlert }),
  anyEvent.map((event): ToldMessage => ({ type: "asset.materialized", event })),
  fc.constantFrom<ToldMessage>({ type: "destination.test" }, { type: "events.pruned", content: { count: 3 } }),
);
export const anyMessages = fc.array(anyMessage, { minLength: 1, maxLength: 40 });
