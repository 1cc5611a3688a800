import type { Definition } from "../../../core/definitions/index.ts";
import type { DefinitionName } from "../../definitions/definition-store.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import { changes, type DeclareTest, daily, defined, listAll, nameOf } from "./harness.ts";

export function replacingContract(declareTest: DeclareTest): void {
  declareTest("a new store has no definitions, and revision 0", async ({ definitions }) => {
    expect(await definitions.revision()).toBe(0);
    expect(await listAll(definitions)).toEqual([]);
    expect(await definitions.get({ key: ["a"] })).toBeUndefined();
    expect(await definitions.definitionFor(["a"])).toBeUndefined();
    expect(await definitions.definitionsFor([])).toEqual([]);
  });

  declareTest("a definition comes back as it was given", async ({ definitions }) => {
    const given = defined({
      key: ["s3", "a/b", "\u0000\u0001\u{1f600}"],
      description: "One row an order.\u0000",
      owners: ["team:finance", "anna@example.com"],
      group: "finance",
      tags: { tier: "gold", ["__proto__"]: "kept" },
      kinds: ["postgres"],
      deps: ["raw/orders", ["raw", "a/b"]],
      checks: ["no_nulls"],
      partitions: { type: "daily", start: "2026-01-01" },
      freshness: { type: "cron", deadline_cron: "0 6 * * 1-5", lower_bound_delta: "6h" },
    });
    const result = await definitions.replace("team-a", given);
    expect(result).toEqual({ status: "replaced", changes: changes(1), revision: 1 });
    const [definition] = given;
    const record = await definitions.get({ key: definition?.key ?? [] });
    expect(record).toEqual({
      definition: definition as Definition,
      source: "team-a",
      revision: 1,
      changedAt: noon,
      definedAt: noon,
    });
    expect(Object.keys(record?.definition.tags ?? {}).sort()).toEqual(["__proto__", "tier"]);
    expect(await definitions.definitionFor(definition?.key ?? [])).toEqual(record);
    expect(await listAll(definitions)).toEqual(record === undefined ? [] : [record]);
  });

  declareTest("replacing makes a source equal to what is given, and counts what that changes", async (subject) => {
    const { definitions, clock } = subject;
    await definitions.replace("team-a", defined({ key: "a" }, { key: "b" }, { key: "c" }));
    await definitions.replace("team-b", defined({ key: "x" }));
    clock.now += 5;
    const result = await definitions.replace("team-a", defined({ key: "d" }, { key: "b", group: "g" }, { key: "a" }));
    expect(result).toEqual({ status: "replaced", changes: changes(1, 1, 1, 1), revision: 3 });
    const all = await listAll(definitions);
    expect(all.map((one) => [nameOf(one), one.source, one.revision, one.changedAt])).toEqual([
      ["a", "team-a", 1, noon],
      ["b", "team-a", 3, noon + 5],
      ["d", "team-a", 3, noon + 5],
      ["x", "team-b", 2, noon],
    ]);
  });

  declareTest("the revision grows with every change and by nothing else", async ({ definitions }) => {
    await definitions.replace("team-a", defined({ key: "a", tags: { b: "1", a: "2" } }));
    const same = await definitions.replace("team-a", defined({ key: "a", tags: { a: "2", b: "1" } }));
    expect(same).toEqual({ status: "replaced", changes: changes(0, 0, 0, 1), revision: 1 });
    expect(await definitions.replace("team-c", [])).toEqual({ status: "replaced", changes: changes(0), revision: 1 });
    await definitions.replace("team-a", [], { dryRun: true, allowEmpty: true });
    expect(await definitions.revision()).toBe(1);
    await definitions.replace("team-a", [], { allowEmpty: true });
    expect(await definitions.revision()).toBe(2);
  });

  declareTest("a dry run answers what then happens, and changes nothing", async ({ definitions }) => {
    await definitions.replace("team-a", defined({ key: "a" }, { key: "b" }));
    const before = await listAll(definitions);
    const given = defined({ key: "a", group: "g" }, { prefix: "c" });
    const dry = await definitions.replace("team-a", given, { dryRun: true });
    expect(dry).toEqual({ status: "replaced", changes: changes(1, 1, 1), revision: 1 });
    expect(await listAll(definitions)).toEqual(before);
    const real = await definitions.replace("team-a", given);
    expect(real).toEqual({ status: "replaced", changes: changes(1, 1, 1), revision: 2 });
  });

  declareTest(
    "what another source owns is refused by name, unless it is taken over",
    async ({ definitions, clock }) => {
      await definitions.replace("team-a", defined({ key: "a", freshness: daily }, { prefix: "a" }));
      clock.now += 5;
      const given = defined({ prefix: "a" }, { key: "z" }, { key: "a", freshness: daily });
      const conflicts = [
        { name: { key: ["a"] }, source: "team-a" },
        { name: { prefix: ["a"] }, source: "team-a" },
      ];
      for (const dryRun of [true, false]) {
        const refused = await definitions.replace("team-b", given, { dryRun });
        expect(refused).toEqual({ status: "owned", conflicts, total: 2 });
      }
      expect(await definitions.revision()).toBe(1);
      const taken = await definitions.replace("team-b", given, { takeOver: true });
      expect(taken).toEqual({ status: "replaced", changes: changes(1, 2), revision: 2 });
      expect(await definitions.get({ key: ["a"] })).toMatchObject({ source: "team-b", definedAt: noon });
      expect(await listAll(definitions, { source: "team-a" })).toEqual([]);
    },
  );

  declareTest("a key and a prefix with the same parts are two definitions", async ({ definitions }) => {
    await definitions.replace("team-a", defined({ key: "a", group: "key" }, { prefix: "a", group: "prefix" }));
    const group = async (name: DefinitionName) => (await definitions.get(name))?.definition.group;
    expect(await group({ key: ["a"] })).toBe("key");
    expect(await group({ prefix: ["a"] })).toBe("prefix");
    expect(await definitions.replace("team-a", defined({ prefix: "a", group: "prefix" }))).toMatchObject({
      changes: changes(0, 0, 1, 1),
    });
    expect((await definitions.definitionFor(["a"]))?.definition.group).toBe("prefix");
  });

  declareTest("emptying a source has to be allowed", async ({ definitions }) => {
    await definitions.replace("team-a", defined({ key: "a" }, { key: "b" }));
    expect(await definitions.replace("team-a", [])).toEqual({ status: "emptied", definitions: 2 });
    const emptied = await definitions.replace("team-a", [], { allowEmpty: true });
    expect(emptied).toEqual({ status: "replaced", changes: changes(0, 0, 2), revision: 2 });
    expect(await listAll(definitions)).toEqual([]);
  });

  declareTest("with a prefix, all that the source defines and defined must lie inside", async ({ definitions }) => {
    const within = ["ml"];
    const inside = defined({ key: "ml/a" }, { prefix: "ml" });
    expect(await definitions.replace("team-a", inside, { within })).toMatchObject({ status: "replaced" });
    const outside = await definitions.replace("team-a", [...inside, ...defined({ key: "mlx" })], { within });
    expect(outside).toEqual({ status: "outside", name: { key: ["mlx"] } });
    await definitions.replace("team-a", [...inside, ...defined({ key: "raw" })]);
    const before = await definitions.replace("team-a", inside, { within });
    expect(before).toEqual({ status: "outside", name: { key: ["raw"] } });
    expect(await definitions.replace("team-b", defined({ key: "ml/b" }), { within })).toMatchObject({
      changes: changes(1),
    });
  });

  declareTest("over a limit of all sources together, it counts", async ({ definitions }) => {
    const keys = (name: string) => Array.from({ length: 9_000 }, (_, i) => `${name}${i}`);
    const large = (key: string) => ({ key, freshness: daily, partitions: { type: "static", keys: keys("k") } });
    const given = defined(...Array.from({ length: 12 }, (_, i) => large(`a${i}`)));
    await definitions.replace("team-a", given);
    const most = defined(...Array.from({ length: 12 }, (_, i) => large(`b${i}`)));
    expect(await definitions.replace("team-b", most)).toEqual({
      status: "over_limit",
      limit: "subjects",
      count: 216_000,
      most: 200_000,
    });
    expect(await definitions.replace("team-a", given.slice(0, 5))).toMatchObject({ changes: changes(0, 0, 7, 5) });
    expect(await definitions.replace("team-b", most)).toMatchObject({ changes: changes(12) });
  });

  declareTest("definedAt stays with a changed policy, and starts anew with one given again", async (subject) => {
    const { definitions, clock } = subject;
    const definedAt = async (...assets: object[]) => {
      clock.now += 10;
      await definitions.replace("team-a", defined(...assets), { allowEmpty: true });
      const found = await definitions.get({ key: ["a"] });
      return found?.definedAt == null ? found?.definedAt : found.definedAt - noon;
    };
    expect(await definedAt({ key: "a" })).toBe(null);
    expect(await definedAt({ key: "a", freshness: daily })).toBe(20);
    expect(await definedAt({ key: "a", freshness: { ...daily, fail_window: "2d" } })).toBe(20);
    expect(await definedAt({ key: "a", group: "g", freshness: daily })).toBe(20);
    expect(await definedAt({ key: "a" })).toBe(null);
    expect(await definedAt({ key: "a", freshness: daily })).toBe(60);
    expect(await definedAt()).toBeUndefined();
    expect(await definedAt({ key: "a", freshness: daily })).toBe(80);
  });

  declareTest(
    "thousands are replaced at once for every reader, and listed in bounded pages",
    async ({ definitions }) => {
      const version = (group: string, keys: readonly number[]) =>
        defined(...keys.map((i) => ({ key: `k${i % 7}/${i}`, group, description: "x".repeat(900) })));
      const keys = Array.from({ length: 2_500 }, (_, i) => i);
      await definitions.replace("team-a", version("one", keys));
      let isDone = false;
      const next = version("two", [...keys.slice(500), ...keys.map((i) => i + 2_500)]);
      const replacing = definitions.replace("team-a", next).finally(() => {
        isDone = true;
      });
      const seen = new Set<string>();
      while (!isDone) {
        const sample = [0, 600, 1_234, 2_499, 2_600].map((i) => [`k${i % 7}`, String(i)]);
        const found = await definitions.definitionsFor(sample);
        seen.add(found.map((one) => one?.definition.group ?? "-").join(" "));
      }
      expect(await replacing).toMatchObject({ changes: changes(2_500, 2_000, 500), revision: 2 });
      seen.delete("one one one one -");
      seen.delete("- two two two two");
      expect([...seen]).toEqual([]);
      expect(await listAll(definitions, {}, 1_000)).toHaveLength(4_500);
      expect(await definitions.replace("team-a", [], { allowEmpty: true })).toMatchObject({
        changes: changes(0, 0, 4_500),
      });
      expect(await listAll(definitions)).toEqual([]);
    },
  );

  declareTest("a key and the same prefix are told apart wherever steps end", async ({ definitions }) => {
    const names = Array.from({ length: 1_300 }, (_, i) => `k${i}`);
    const keys = ["a", ...names].map((key) => ({ key }));
    const all = defined(...keys, ...names.map((prefix) => ({ prefix })));
    expect(await definitions.replace("team-a", all)).toMatchObject({ changes: changes(2_601) });
    expect(await definitions.replace("team-a", all)).toMatchObject({ changes: changes(0, 0, 0, 2_601) });
    expect(await definitions.replace("team-a", defined(...keys))).toMatchObject({
      changes: changes(0, 0, 1_300, 1_301),
    });
  });

  declareTest("replacements at the same time happen one after another", async ({ definitions }) => {
    const of = (source: string) => defined(...Array.from({ length: 600 }, (_, i) => ({ key: `${source}/${i}` })));
    const sources = ["a", "b", "c", "a"];
    const results = await Promise.all(sources.map((source) => definitions.replace(source, of(source))));
    expect(results.map((result) => result.status)).toEqual(sources.map(() => "replaced"));
    expect(await definitions.revision()).toBe(3);
    expect(await listAll(definitions)).toHaveLength(1_800);
  });
}
