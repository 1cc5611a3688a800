import { expect, test } from "bun:test";
import { LibsqlError } from "@libsql/client";
import { withBusyTimeout } from "../../../storage/libsql/busy-timeout.ts";

const busy = new LibsqlError("database is locked", "SQLITE_BUSY");

/** Attempts that fail while `isLocked` says so. */
function attempts(isLocked: (attempt: number) => boolean) {
  const made: number[] = [];
  const attempt = async () => {
    made.push(performance.now());
    if (isLocked(made.length)) throw busy;
    return "done";
  };
  return { made, attempt };
}

test("an attempt that took all the time is followed by another one, since the lock may be free", async () => {
  const { made, attempt } = attempts((nth) => nth === 1);
  const slow = async () => {
    try {
      return await attempt();
    } finally {
      const began = performance.now();
      while (performance.now() - began < 3); // longer than the time-out
    }
  };
  expect(await withBusyTimeout(slow, 1)).toBe("done");
  expect(made).toHaveLength(2);
});

test("a lock that stays is told, after an attempt that began when the time was up", async () => {
  const { made, attempt } = attempts(() => true);
  const began = performance.now();
  await expect(withBusyTimeout(attempt, 50)).rejects.toBe(busy);
  expect((made.at(-1) ?? 0) - began).toBeGreaterThanOrEqual(50);
});

test("what is no lock is told at once", async () => {
  const failure = new LibsqlError("disk I/O error", "SQLITE_IOERR");
  let made = 0;
  const fail = async () => {
    made++;
    throw failure;
  };
  await expect(withBusyTimeout(fail)).rejects.toBe(failure);
  expect(made).toBe(1);
});
