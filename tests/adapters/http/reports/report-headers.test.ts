import { expect, test } from "bun:test";
import { ignoredHeader, namesIn } from "../../../../adapters/http/reports/report-headers.ts";
import { guardedApp } from "../guarded.ts";

test("the header names what was ignored, percent-encoded", () => {
  expect(ignoredHeader(["timestamp", "meta"])).toBe("timestamp, meta");
  const names = ["a, b", "é\n", "…", ""];
  expect(ignoredHeader([...names, "\ud800"])).toBe("a%2C%20b, %C3%A9%0A, %E2%80%A6, , %EF%BF%BD");
  expect(namesIn(ignoredHeader(names))).toEqual(["a, b", "é\n", ""]);
  expect(namesIn(null)).toEqual([]);
});

test("it names at most 10 within 1 kB, and says that there are more", () => {
  const names = Array.from({ length: 10 }, (_, i) => `n${i}`);
  expect(ignoredHeader(names)).toBe(names.join(", "));
  expect(ignoredHeader([...names, "n10"])).toBe(`${names.join(", ")}, %E2%80%A6`);
  for (const name of ["x".repeat(5_000_000), "\u{1f600}".repeat(100), "日".repeat(400)]) {
    const text = ignoredHeader([name, name, name]);
    expect(text.length).toBeLessThanOrEqual(1024);
    expect(text).toEndWith("%E2%80%A6");
    expect(decodeURIComponent(text)).toStartWith(name.slice(0, 50));
  }
});

test.each(["materialization", "observation", "check"])(
  "the answer to a %s says it, and is the same else",
  async (what) => {
    const { app } = await guardedApp([]);
    const url = `http://localhost/report_asset_${what}/a?check_name=c&passed=true`;
    const post = (query: string, body: object) =>
      app.fetch(
        new Request(url + query, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      );
    const ignored = what === "check" ? "timestamp, meta" : "timestamp, check_name, passed, meta";
    const answer = await post("&meta=1", { timestamp: 1, metadata: {} });
    expect([answer.status, await answer.text(), answer.headers.get("runless-ignored")]).toEqual([200, "{}", ignored]);
    const { headers } = await post("", { metadata: { meta: 1 } });
    expect(headers.get("runless-ignored")).toBe(what === "check" ? null : "check_name, passed");
  },
);
