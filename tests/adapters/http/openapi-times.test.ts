import { expect, test } from "bun:test";
import { timeText } from "../../../core/events/event-input-schema.ts";
import { parseTime } from "../../../core/time.ts";
import { materializationOf, nativeApp } from "./native.ts";

const pattern = new RegExp(timeText.pattern, "u");

test("the document's pattern of a time knows the same days as the server", () => {
  for (const year of ["1900", "2000", "2023", "2024", "2100", "2400", "0000", "0004"]) {
    for (let month = 0; month <= 13; month++) {
      for (let day = 0; day <= 32; day++) {
        const [mm, dd] = [month, day].map((part) => String(part).padStart(2, "0"));
        const text = `${year}-${mm}-${dd}T12:00:00Z`;
        expect([text, pattern.test(text)]).toEqual([text, parseTime(text) !== undefined]);
      }
    }
  }
});

test.each([
  "2024-01-01T23:59Z",
  "2024-01-01t23:59:59.123456789z",
  "2024-01-01T24:00:00Z",
  "2024-01-01T00:60:00Z",
  "2024-01-01T00:00:60Z",
  "2024-12-31T23:59:60Z",
  "2024-12-31 23:59:60,5+00:00",
  "2024-01-01 00:00:00+00:00",
  "2024-01-01 00:00:00 +0000",
  "2024-01-01T00:00:00+05",
  "2024-01-01T00:00:00,123Z",
  "2024-01-01T00:00:00",
  "2024-01-01T00:00:00+02:00",
  "2024-01-01T00:00:00-0930",
  "2024-01-01T00:00:00+24:00",
  "2024-01-01",
  "-1.5",
  "1732330800",
  "1.",
  "1e3",
  "",
])("the document's pattern says of %p what the server says", (text) => {
  expect(pattern.test(text)).toBe(parseTime(text) !== undefined);
});

test.each(["1e-7", "5e-324", "-1e-7", "1.5e3"])(
  "the timestamp %s, a number as the document has it, is taken",
  async (seconds) => {
    const body = JSON.stringify(materializationOf("a")).replace("}", `,"timestamp":${seconds}}`);
    expect((await nativeApp().post(body)).status).toBe(200);
  },
);
