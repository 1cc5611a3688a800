import { countSubjects, type Definition } from "../../core/definitions/definition.ts";
import { findHolding } from "../../core/definitions/definition-index.ts";
import { type AssetKey, hasPrefix } from "../../core/index.ts";
import {
  definitionPosition,
  formatDefinition,
  isOutside,
  mostConflicts,
  nameOf,
  overLimit,
  partsOf,
  wellFormedDefinition,
} from "../definitions/definition-changes.ts";
import type {
  DefinitionName,
  DefinitionRecord,
  DefinitionStore,
  ReplaceOptions,
  ReplaceResult,
} from "../definitions/definition-store.ts";
import { comparePositions, listPage } from "../scan/list-page.ts";

const idOf = (name: DefinitionName) => JSON.stringify(definitionPosition(name));

/**
 * The DefinitionStore that the others are compared with.
 *
 * @example
 * const definitions = createMemoryDefinitionStore({ now: Date.now });
 */
export function createMemoryDefinitionStore(options: { readonly now: () => number }): DefinitionStore {
  let records: ReadonlyMap<string, DefinitionRecord> = new Map();
  let revision = 0;

  const definitionFor = (key: AssetKey) => findHolding(key, (name) => records.get(idOf(name)));

  return {
    async replace(source, given, replaceOptions = {}) {
      const all: Definition[] = [];
      for await (const definition of given) all.push(wellFormedDefinition(definition));
      const plan = planReplace(records, source, all, replaceOptions);
      if ("status" in plan) return plan;
      const { next, changes } = plan;
      const isChanged = changes.added + changes.changed + changes.removed > 0;
      if (isChanged && replaceOptions.dryRun !== true) {
        revision++;
        records = next(revision, options.now());
      }
      return { status: "replaced", changes, revision };
    },

    async get(name) {
      return records.get(idOf(name));
    },

    async definitionFor(key) {
      return definitionFor(key);
    },

    async definitionsFor(keys) {
      return keys.map(definitionFor);
    },

    async list({ prefix, source, changedAfter = -1 }, page) {
      const items = [...records.values()].filter(
        (record) =>
          (prefix === undefined || hasPrefix(partsOf(record.definition), prefix)) &&
          (source === undefined || record.source === source) &&
          record.revision > changedAfter,
      );
      const marked = ["definitions", prefix, source, changedAfter];
      const found = listPage({ items, positionOf: ({ definition }) => definitionPosition(definition), marked }, page);
      return { definitions: found.items, cursor: found.cursor, hasMore: found.hasMore, revision };
    },

    async revision() {
      return revision;
    },
  };
}

/** The changes of a replacement, or the result that refuses it. */
function planReplace(
  records: ReadonlyMap<string, DefinitionRecord>,
  source: string,
  given: readonly Definition[],
  { takeOver = false, allowEmpty = false, within }: ReplaceOptions,
) {
  const before = [...records].filter(([, record]) => record.source === source);
  const after = new Map(given.map((definition) => [idOf(definition), definition]));
  const refused =
    outsideOf([...given, ...before.map(([, { definition }]) => definition)], within) ??
    (takeOver ? undefined : ownedByOthers(records, source, after)) ??
    (given.length === 0 && before.length > 0 && !allowEmpty
      ? ({ status: "emptied", definitions: before.length } as const)
      : undefined);
  if (refused !== undefined) return refused;

  const removed = before.filter(([id]) => !after.has(id)).map(([id]) => id);
  const isSame = ([id, definition]: readonly [string, Definition]) => {
    const old = records.get(id);
    return old?.source === source && formatDefinition(old.definition) === formatDefinition(definition);
  };
  const written = [...after].filter((entry) => !isSame(entry));
  const kept = [...records].filter(([id]) => !after.has(id) && !removed.includes(id));
  const all = [...kept.map(([, { definition }]) => definition), ...given];
  const tooMany = overLimit(
    all.length,
    all.reduce((sum, definition) => sum + countSubjects(definition), 0),
  );
  if (tooMany !== undefined) return tooMany;

  const added = written.filter(([id]) => !records.has(id)).length;
  const changes = {
    added,
    changed: written.length - added,
    removed: removed.length,
    unchanged: after.size - written.length,
  };
  const next = (revision: number, now: number) => {
    const result = new Map(records);
    for (const id of removed) result.delete(id);
    for (const [id, definition] of written) {
      const definedAt = definition.freshness === null ? null : (records.get(id)?.definedAt ?? now);
      result.set(id, { definition, source, revision, changedAt: now, definedAt });
    }
    return result;
  };
  return { changes, next };
}

function outsideOf(names: readonly DefinitionName[], within: AssetKey | undefined): ReplaceResult | undefined {
  const [first] = inOrder(names.filter((name) => isOutside(name, within)));
  return first && { status: "outside", name: nameOf(first) };
}

function inOrder(names: readonly DefinitionName[]): readonly DefinitionName[] {
  return names.toSorted((a, b) => comparePositions(definitionPosition(a), definitionPosition(b)));
}

function ownedByOthers(
  records: ReadonlyMap<string, DefinitionRecord>,
  source: string,
  after: ReadonlyMap<string, Definition>,
): ReplaceResult | undefined {
  const owned = [...after]
    .flatMap(([id, definition]) => {
      const owner = records.get(id)?.source;
      return owner === undefined || owner === source ? [] : [{ name: nameOf(definition), source: owner }];
    })
    .sort((a, b) => comparePositions(definitionPosition(a.name), definitionPosition(b.name)));
  if (owned.length === 0) return undefined;
  return { status: "owned", conflicts: owned.slice(0, mostConflicts), total: owned.length };
}
