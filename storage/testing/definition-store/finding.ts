import * as fc from "fast-check";
import { indexDefinitions } from "../../../core/definitions/index.ts";
import type { DefinitionFilter } from "../../definitions/definition-store.ts";
import { expectError } from "../event-log/harness.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, defined, listAll, nameOf } from "./harness.ts";

export function findingContract(declareTest: DeclareTest): void {
  declareTest("for a key its own definition holds, else that of the longest prefix", async ({ definitions }) => {
    const given = defined(
      { prefix: "a", group: "1" },
      { prefix: "a/b", group: "2" },
      { prefix: "a/b/c/d", group: "3" },
      { key: "a/b/c", group: "own" },
      { prefix: [""].concat("x"), group: "empty" },
    );
    await definitions.replace("team-a", given);
    const keys = ["a", "a/b", "a/b/c", "a/b/c/d", "a/b/c/d/e", "a/b/x", "a/x", "ab", "a!", "b", "/x/y"];
    const parts = keys.map((key) => key.split("/"));
    const groups = (await definitions.definitionsFor(parts)).map((found) => found?.definition.group);
    expect(groups).toEqual(["1", "2", "own", "3", "3", "2", "1", undefined, undefined, undefined, "empty"]);
    for (const [i, key] of parts.entries()) {
      expect((await definitions.definitionFor(key))?.definition.group).toBe(groups[i]);
    }
    const deep = ["a", "b", ...Array.from({ length: 3_000 }, () => "c")];
    expect((await definitions.definitionFor(deep))?.definition.group).toBe("2");
  });

  declareTest("what holds is what core's index says, of any definitions and keys", async ({ definitions }) => {
    const part = fc.constantFrom("a", "b", "", "\u0001", "a!", "\ud83d\ude00");
    const key = fc.array(part, { minLength: 1, maxLength: 4 }).filter((parts) => parts.some((one) => one !== ""));
    const asset = fc.oneof(
      key.map((key) => ({ key })),
      key.map((prefix) => ({ prefix })),
    );
    const assets = fc.uniqueArray(asset, { selector: (one) => JSON.stringify(one), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(assets, fc.array(key, { minLength: 1, maxLength: 20 }), async (given, keys) => {
        const all = defined(...given);
        await definitions.replace("team-a", all, { allowEmpty: true });
        const index = indexDefinitions(all);
        const found = await definitions.definitionsFor(keys);
        expect(found.map((one) => one?.definition)).toEqual(keys.map((one) => index.definitionFor(one)));
        expect((await listAll(definitions, {}, 3)).length).toBe(given.length);
      }),
      { numRuns: 30 },
    );
  });

  declareTest(
    "lists are in the order of keys, by prefix, source and revision, page by page",
    async ({ definitions }) => {
      const a = ["b", "a/c", "a", "a/b", "\ue000", "\u{1f600}", "a!"].map((key) => ({ key }));
      await definitions.replace("team-a", defined(...a, { prefix: "a" }));
      await definitions.replace("team-b", defined({ key: "a/b/z" }, { key: "ab" }));
      const names = async (filter: DefinitionFilter, limit?: number) =>
        (await listAll(definitions, filter, limit)).map(nameOf);
      const all = ["a", "a/*", "a/b", "a/b/z", "a/c", "a!", "ab", "b", "\ue000", "\u{1f600}"];
      for (const limit of [1, 2, 3, 100]) expect(await names({}, limit)).toEqual(all);
      expect(await names({ prefix: ["a"] }, 2)).toEqual(["a", "a/*", "a/b", "a/b/z", "a/c"]);
      expect(await names({ source: "team-b" }, 1)).toEqual(["a/b/z", "ab"]);
      expect(await names({ source: "team-a", prefix: ["a", "b"] })).toEqual(["a/b"]);
      expect(await names({ changedAfter: 1 })).toEqual(["a/b/z", "ab"]);
      expect((await definitions.list({}, { limit: 1 })).revision).toBe(2);
    },
  );

  declareTest("a cursor of another list is refused", async ({ definitions }) => {
    await definitions.replace("team-a", defined({ key: "a" }, { key: "b" }));
    const { cursor } = await definitions.list({}, { limit: 1 });
    const other = definitions.list({ source: "team-a" }, { limit: 1, cursor: cursor ?? "" });
    await expectError("bad_cursor", other);
    await expectError("bad_cursor", definitions.list({}, { limit: 1, cursor: "x" }));
  });
}
