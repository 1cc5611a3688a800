import { expect, test } from "bun:test";
import fc from "fast-check";
import { materialization, type RunlessEvent } from "../../../core/index.ts";
import { expandRows } from "../../../storage/libsql/write/details-references.ts";
import { encodeUnits } from "../../../storage/libsql/write/encode-units.ts";
import { encodeEvent } from "../../../storage/libsql/write/event-row.ts";
import { createFingerprint, fingerprint } from "../../../storage/recording/fingerprint.ts";
import { sharedDetails } from "../../../storage/recording/shared-details.ts";
import { arbitraryEvent } from "../../../storage/testing/arbitrary-events.ts";

/** Events, some of which differ from the one before in their partition alone, as those of `partitions` do. */
const events = fc.array(fc.tuple(arbitraryEvent, fc.boolean(), fc.string()), { maxLength: 8 }).map((drawn) => {
  const unit: RunlessEvent[] = [];
  for (const [event, isShared, partition] of drawn) {
    const last = unit.at(-1);
    unit.push(isShared && last !== undefined ? { ...last, partition } : event);
  }
  return unit;
});

test("events one after another are encoded and fingerprinted as each is alone", () => {
  fc.assert(
    fc.property(events, fc.boolean(), (unit, isKeyed) => {
      const key = "k\u0000";
      const { rows, shared = {} } = encodeUnits([
        unit.map((event) => (isKeyed ? { event, idempotencyKey: key } : { event })),
      ]);
      const alone = unit.map((event) =>
        encodeEvent(event, isKeyed ? { key, fingerprint: fingerprint(event) } : undefined),
      );
      expect(expandRows(rows, shared)).toBe(alone.join(",\n"));
    }),
  );
  const large = materialization("a", { description: "é".repeat(10_000) });
  const fingerprintOf = createFingerprint();
  for (const partition of ["p", "q"])
    expect(fingerprintOf({ ...large, partition })).toBe(fingerprint({ ...large, partition }));
});

test("what details are made into is made once for events that share them, and anew for others", () => {
  let made = 0;
  const detailsOf = sharedDetails(() => ++made);
  const event = materialization("a", { metadata: { a: 1 } });
  const all = [event, { ...event, partition: "p" }, { ...event, description: "d" }, { ...event, metadata: {} }, event];
  expect(all.map((one) => detailsOf(one))).toEqual([1, 1, 2, 3, 4]);
});
