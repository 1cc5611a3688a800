import { expect, test } from "bun:test";
import { keyedLines } from "../../../../adapters/cli/reporting/import-lines.ts";
import { parseEventInput } from "../../../../core/events/event-input.ts";
import { parseJson } from "../../../../core/index.ts";

const read = (text: string | Uint8Array) => keyedLines(new Uint8Array(Buffer.from(text)), "k/", 100);
const keyed = (text: string | Uint8Array) => read(text).body;
const keysOf = (text: string) =>
  text.split("\n").map((line) => parseEventInput(parseJson(line), { now: 0 })[0]?.idempotencyKey);

test("a line without an idempotency key gets one that says which line it is, and one with a key keeps it", () => {
  const line = (more: string) => `{"type":"ASSET_OBSERVATION","asset_key":"a"${more}}`;
  const nested = line(',"metadata":{"idempotency_key":"not this"}');
  const lines = [line(""), line(',"idempotency_key":"own"'), line(',"idempotency_key":null'), nested, `${line("")} \r`];
  expect(keysOf(keyed(lines.join("\n")).toString())).toEqual(["k/101", "own", "k/103", "k/104", "k/105"]);
  expect(read(lines.join("\n")).lackingKey).toBe(4);
});

test("nothing else of a line changes, not its digits and not its bytes", () => {
  const line = '{"asset_key":"café 😀","metadata":{"x":1.0,"y":NaN,"z":123456789012345678901234567890,"s":"\\ud800"}';
  expect(keyed(`\ufeff${line}}\n`).toString()).toBe(`\ufeff${line},"idempotency_key":"k/101"}\n`);
  const invalid = new Uint8Array([...Buffer.from('{"a":"'), 0xff, 0xfe, ...Buffer.from('"}')]);
  expect([...keyed(invalid).subarray(0, invalid.length - 1)]).toEqual([...invalid.subarray(0, -1)]);
});

test.each(["", "not JSON", '{"a":1', "[1]", "null", "{}", "}", "\u00a0{}", '{"a":1}x'])(
  "what is no event is left alone: %j",
  (line) => {
    expect(keyed(line).toString()).toBe(line);
  },
);

test("what is nested too deeply to be an event is left alone", () => {
  const deep = `{"a":${"[".repeat(1000)}${"]".repeat(1000)}}`;
  expect(keyed(deep).toString()).toBe(deep);
});
