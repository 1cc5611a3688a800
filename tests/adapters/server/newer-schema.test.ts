import { expect, test } from "bun:test";
import { newerSchema } from "../../../adapters/server/newer-schema.ts";
import { EventLogError } from "../../../storage/index.ts";

const { signal } = new AbortController();
const at = async () => {};

test("a database that can't be asked for a while is asked again, until it says that it is newer", async () => {
  const answers = [undefined, new EventLogError("unavailable", "away"), new Error("odd"), undefined];
  let asked = 0;
  const assertKnownSchema = async () => {
    const answer = asked < answers.length ? answers[asked++] : new EventLogError("unusable_database", "It is newer.");
    if (answer !== undefined) throw answer;
  };
  expect(await newerSchema({ log: { assertKnownSchema }, signal, wait: at })).toBe("It is newer.");
  expect(asked).toBe(answers.length);
});

test("nothing is asked of a log without a schema, nor once the server ends", async () => {
  expect(await newerSchema({ log: {}, signal, wait: at })).toBeUndefined();
  const ending = new AbortController();
  const assertKnownSchema = () => Promise.reject(new EventLogError("unusable_database", "It is newer."));
  const wait = async () => ending.abort();
  expect(await newerSchema({ log: { assertKnownSchema }, signal: ending.signal, wait })).toBeUndefined();
});
