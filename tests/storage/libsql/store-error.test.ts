import { expect, test } from "bun:test";
import { LibsqlError } from "@libsql/client/http";
import { EventLogError } from "../../../storage/event-log-error.ts";
import { damageOf } from "../../../storage/libsql/store-error.ts";

const corrupt = new LibsqlError("database disk image is malformed", "SQLITE_CORRUPT");
const full = new LibsqlError("database or disk is full", "SQLITE_FULL");

test("damage is told of a commit too, whose own error says only that nobody knows its outcome", () => {
  const commit = (cause: Error) => new EventLogError("unknown_outcome", "The commit failed.", { cause });
  expect(damageOf(commit(corrupt), "file:x")).toBe(
    "The database file:x is damaged (SQLITE_CORRUPT: database disk image is malformed). Look at it with runless doctor --database-url file:x, and go back to a backup.",
  );
  expect(damageOf(commit(full), "file:x")).toBeUndefined();
});
