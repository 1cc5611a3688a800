import { describe, expect, spyOn, test } from "bun:test";
import { CommitScheduler } from "../../../storage/group-commit/commit-scheduler.ts";

test("a commit may begin at once where none is under way", () => {
  const pace = new CommitScheduler(3);
  expect(pace.wait()).toBe(0);
  const end = pace.begin();
  end(1);
  expect(pace.wait()).toBe(0);
});

test("one that would overlap waits a little, and where as many are under way as may be, for the end of one", () => {
  const pace = new CommitScheduler(2);
  const end = pace.begin();
  expect(pace.wait()).toBeGreaterThan(0);
  pace.begin();
  expect(pace.wait()).toBeUndefined();
  end(1);
  expect(pace.wait()).toBeGreaterThanOrEqual(0);
});

test("without overlap there is one at a time", () => {
  const pace = new CommitScheduler(1);
  const end = pace.begin();
  expect(pace.wait()).toBeUndefined();
  end(1);
  expect(pace.wait()).toBe(0);
});

describe("a database is busy", () => {
  /** After commits of ten milliseconds, for so many of which it was at work. */
  function isBusy(atOnce: number, milliseconds: number): boolean {
    let clock = 0;
    const now = spyOn(performance, "now").mockImplementation(() => clock);
    try {
      const pace = new CommitScheduler(atOnce);
      for (let i = 0; i < 50; i++) {
        const end = pace.begin();
        clock += 10;
        end(milliseconds);
      }
      return pace.isDatabaseBusy();
    } finally {
      now.mockRestore();
    }
  }

  test("where it is at work for most of the time", () => {
    expect(isBusy(1, 6)).toBe(true);
    expect(isBusy(1, 5)).toBe(false);
  });

  test("and never where commits may overlap, since it is far away then", () => {
    expect(isBusy(2, 10)).toBe(false);
  });

  test("not before anything was committed", () => {
    expect(new CommitScheduler(1).isDatabaseBusy()).toBe(false);
  });
});
