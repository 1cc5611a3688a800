import { type Definition, parseDefinitions } from "../../../core/definitions/index.ts";
import type {
  DefinitionChanges,
  DefinitionFilter,
  DefinitionRecord,
  DefinitionStore,
} from "../../definitions/definition-store.ts";
import type { Stores } from "../../stores.ts";
import { declareTestOn } from "../declare-test.ts";
import { expect } from "../expect.ts";
import type { TestRunner } from "../test-runner.ts";

/** A definition store, and the log that it is closed with, if it has one. */
export type OpenedDefinitionStore = Pick<Stores, "definitions"> & {
  readonly log?: Pick<Stores["log"], "close"> | undefined;
};

/** Opens a new definition store without definitions. The suite closes its log. */
export type OpenDefinitionStore = (options: { readonly now: () => number }) => Promise<OpenedDefinitionStore>;

interface Subject {
  readonly definitions: DefinitionStore;
  /** The time that the store reads. */
  readonly clock: { now: number };
}

/** Declares a test on a store of its own. */
export type DeclareTest = (sentence: string, body: (subject: Subject) => Promise<void>) => void;

/** In milliseconds: some of these tests replace thousands of definitions. */
const longestTest = 60_000;

export function createDeclareTest(runner: TestRunner, open: OpenDefinitionStore): DeclareTest {
  return declareTestOn(runner, {
    open,
    logOf: ({ log }) => log,
    subjectOf: ({ definitions }, clock) => ({ definitions, clock }),
    longest: longestTest,
  });
}

/** A policy that fails a day after the last event. */
export const daily = { type: "time_window", fail_window: "1d" };

/** Definitions as a file has them. */
export function defined(...assets: readonly object[]): readonly Definition[] {
  return parseDefinitions(JSON.stringify({ assets }));
}

/** `a/b` for a key, `a/b/*` for a prefix. */
export const nameOf = ({ definition: { key, prefix } }: DefinitionRecord) =>
  key === undefined ? `${prefix.join("/")}/*` : key.join("/");

/** All that a list answers, page by page. */
export async function listAll(store: DefinitionStore, filter: DefinitionFilter = {}, limit = 100) {
  const all: DefinitionRecord[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await store.list(filter, { limit, cursor });
    expect(page.definitions.length).toBeAtMost(limit);
    all.push(...page.definitions);
    if (!page.hasMore) return all;
    cursor = page.cursor ?? undefined;
  }
}

export function changes(added: number, changed = 0, removed = 0, unchanged = 0): DefinitionChanges {
  return { added, changed, removed, unchanged };
}
