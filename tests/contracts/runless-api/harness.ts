import { afterAll, beforeAll, expect, test } from "bun:test";
import type { RunlessApi } from "../../../adapters/api/runless-api.ts";
import type { AssetKey } from "../../../core/index.ts";
import type { OpenedApi } from "../runless-api.ts";

export interface Subject {
  readonly api: RunlessApi;
  /** A key that no other test has. */
  readonly key: (...parts: string[]) => AssetKey;
}

/** Declares a test with keys of its own. */
export type Promises = (sentence: string, body: (subject: Subject) => Promise<void>) => void;

/** The log is opened before the first of the tests, and closed after the last. */
export function promisesOf(open: () => Promise<OpenedApi>): Promises {
  let opened: OpenedApi | undefined;
  let tests = 0;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened?.close();
  });
  return (sentence, body) => {
    const root = `test ${tests++}`;
    test(sentence, async () => {
      if (opened === undefined) throw new Error("the log was not opened");
      await body({ api: opened.api, key: (...parts) => [root, ...parts] });
    }, 30_000);
  };
}

export async function expectCode(code: string, answer: Promise<unknown>): Promise<void> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code });
}
