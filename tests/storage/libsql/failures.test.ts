import { expect, test } from "bun:test";
import { LibsqlError } from "@libsql/client";
import { DrizzleQueryError } from "drizzle-orm";
import { driverError, isBusy, isStoreFailure } from "../../../storage/libsql/failures.ts";

const wrapped = (code: string, message = "") => new DrizzleQueryError("select 1", [], new LibsqlError(message, code));

test("finds the driver's error in what Drizzle throws", () => {
  expect(driverError(wrapped("SQLITE_BUSY"))).toMatchObject({ code: "SQLITE_BUSY" });
  expect(driverError(new Error("other"))).toBeUndefined();
});

test.each(["SQLITE_BUSY", "SQLITE_LOCKED"])("%s is a lock that somebody else holds, wrapped or not", (code) => {
  expect(isBusy(wrapped(code))).toBe(true);
  expect(isBusy(new LibsqlError("", code))).toBe(true);
  expect(isBusy(wrapped("SQLITE_FULL"))).toBe(false);
});

test.each([
  ["SQLITE_CONSTRAINT", "", false],
  ["SQLITE_TOOBIG", "", false],
  ["SQLITE_CONSTRAINT_UNIQUE", "", false],
  ["SQLITE_ERROR", "malformed JSON", false],
  ["SQLITE_UNKNOWN", "malformed JSON", false],
  ["ARGS_INVALID", "string or blob too big", false],
  ["SQLITE_ERROR", "no such table: event", true],
  ["SQLITE_FULL", "", true],
  ["SQLITE_IOERR", "", true],
])("%s %p is the store's own failure: %p", (code, message, expected) => {
  expect(isStoreFailure(wrapped(code, message))).toBe(expected);
});
