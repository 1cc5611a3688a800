import { expect, test } from "bun:test";
import fc from "fast-check";
import { envelopeText, mostValueBytes } from "../../../core/destinations/message.ts";
import { firingIdTexts, messageIdText, messageTypeOf, subjectOf } from "../../../core/destinations/message-id.ts";
import { recordedTypes } from "../../../core/events/events.ts";
import { formatEvent, int, type MetadataInput, materialization } from "../../../core/index.ts";
import { always, wellFormedText } from "../arbitraries.ts";

const url = "https://runless.example/events/7";
const timestamp = Date.parse("2026-11-30T06:00:00Z");

function eventText(metadata: MetadataInput, description: string | null = null): string {
  return formatEvent({
    ...materialization("warehouse/orders", { metadata, description }),
    id: 7,
    timestamp,
    receivedAt: timestamp,
  });
}

test("a message has its event as the API shows it, byte for byte", () => {
  const event = eventText({ rows: 5, ratio: 1.5, big: int(2n ** 70n) });
  expect(envelopeText({ type: "asset.materialized", timestamp, event, url })).toBe(
    `{"type":"asset.materialized","timestamp":"2026-11-30T06:00:00.000Z","data":{"event":${event},"url":"${url}"}}`,
  );
});

test("a message without an event says what its content says, with the url of its own", () => {
  const content = '{"from":1,"to":9,"url":"elsewhere"}';
  expect(envelopeText({ type: "events.pruned", timestamp, content, url })).toEndWith(
    `"data":{"from":1,"to":9,"url":"${url}"}}`,
  );
  expect(JSON.parse(envelopeText({ type: "destination.test", timestamp, url: null })).data).toEqual({ url: null });
});

test("values beyond 16 KiB are left out and named, by their bytes, and nothing else is", () => {
  const fits = "x".repeat(mostValueBytes - '{"type":"text","raw_value":""}'.length);
  const event = eventText({ fits, large: `${fits}x`, "a/b~c": "é".repeat(9_000), rows: 5 }, "d".repeat(20_000));
  const { data } = JSON.parse(envelopeText({ type: "asset.materialized", timestamp, event, url }));
  expect(data.left_out).toEqual([
    "/data/event/description",
    "/data/event/metadata/large",
    "/data/event/metadata/a~1b~0c",
  ]);
  expect(Object.keys(data.event.metadata)).toEqual(["fits", "rows"]);
  expect(data.event.metadata.fits.raw_value).toBe(fits);
  expect(data.event.description).toBeNull();
});

test("what a message is about stays whatever its size", () => {
  const key = ["k".repeat(20_000)];
  const event = formatEvent({ ...materialization(key), id: 7, timestamp, receivedAt: timestamp });
  const { data } = JSON.parse(envelopeText({ type: "asset.materialized", timestamp, event, url }));
  expect(data).toEqual({ event: JSON.parse(event), url });
});

test("any names and values give valid JSON, whatever is left out", () => {
  const values = fc.dictionary(wellFormedText, fc.oneof(wellFormedText, fc.constant("x".repeat(17_000))), {
    maxKeys: 4,
  });
  always(
    fc.property(values, (metadata) => {
      const event = eventText(metadata);
      const { data } = JSON.parse(envelopeText({ type: "asset.materialized", timestamp, event, url }));
      const named = (data.left_out ?? []).length;
      const left = new Set(Object.keys(data.event.metadata));
      expect(left.size + named).toBe(Object.keys(metadata).length);
      for (const [name, value] of Object.entries(metadata)) expect(left.has(name)).toBe(value.length < 17_000);
    }),
  );
});

test("each type of event has a type of message of its own", () => {
  expect(new Set(recordedTypes.map(messageTypeOf)).size).toBe(recordedTypes.length);
});

test("the id of a message differs by destination, by what it is about and by transition, and not otherwise", () => {
  const texts = ["a", "b", '["a"]'].flatMap((destination) => [
    messageIdText(destination, { eventId: 1 }),
    messageIdText(destination, { eventId: 11 }),
    ...firingIdTexts(destination, 1),
    messageIdText(destination, { alertId: 1, transition: "resolved" }),
    messageIdText(destination, { alertId: 1, transition: "reminder", due: 60_000 }),
    messageIdText(destination, { alertId: 1, transition: "reminder", due: 120_000 }),
    messageIdText(destination, { name: "1" }),
    messageIdText(destination, { eventId: 1 }, "r1"),
    messageIdText(destination, { eventId: 1 }, "r2"),
  ]);
  expect(new Set(texts).size).toBe(texts.length);
  expect(messageIdText("a", { eventId: 1 })).toBe(messageIdText("a", { eventId: 1 }));
});

test("the subject of an alert has its partition, that of an event only its asset", () => {
  const subjects = [
    subjectOf(["a", "b"]),
    subjectOf(["a/b"]),
    subjectOf(["a"], "b"),
    subjectOf(["a"], null),
    subjectOf(["a"]),
  ];
  expect(new Set(subjects).size).toBe(5);
});
