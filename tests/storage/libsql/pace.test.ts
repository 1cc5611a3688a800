import { expect, test } from "bun:test";
import { Pace } from "../../../storage/libsql/pace.ts";

test("a commit may begin at once where none is under way", () => {
  const pace = new Pace(3);
  expect(pace.wait()).toBe(0);
  const end = pace.begin();
  end();
  expect(pace.wait()).toBe(0);
});

test("one that would overlap waits a little, and where as many are under way as may be, for the end of one", () => {
  const pace = new Pace(2);
  const end = pace.begin();
  expect(pace.wait()).toBeGreaterThan(0);
  pace.begin();
  expect(pace.wait()).toBeUndefined();
  end();
  expect(pace.wait()).toBeGreaterThanOrEqual(0);
});

test("without overlap there is one at a time", () => {
  const pace = new Pace(1);
  const end = pace.begin();
  expect(pace.wait()).toBeUndefined();
  end();
  expect(pace.wait()).toBe(0);
});
