import type { RunlessEvent } from "../../core/index.ts";

/**
 * The event with U+FFFD for lone surrogates. Constructors do that too, but an event built by hand may still have some.
 *
 * @example
 * const event = wellFormedEvent({ ...materialization("orders"), partition: "\ud800" });
 * console.log(event.partition); // �
 */
export function wellFormedEvent(event: RunlessEvent): RunlessEvent {
  const assetKey = event.assetKey.map((part) => part.toWellFormed());
  const partition = event.partition?.toWellFormed() ?? null;
  if (event.type !== "ASSET_CHECK_EVALUATION") return { ...event, assetKey, partition };
  return { ...event, assetKey, partition, checkName: event.checkName.toWellFormed() };
}
