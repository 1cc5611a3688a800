import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { openStores } from "../../../storage/index.ts";
import { defined, listAll } from "../../../storage/testing/definition-store/harness.ts";
import { definitionStoreContract } from "../../../storage/testing/index.ts";
import { temporaryFolder } from "../../server.ts";

const runner = { describe, test };
const newFile = () => `file:${join(temporaryFolder(), "runless.db")}`;

definitionStoreContract(runner, "definitions in memory", (options) => openStores({ ...options, url: ":memory:" }));
definitionStoreContract(runner, "definitions in a libSQL file", (options) =>
  openStores({ ...options, url: newFile() }),
);

test("whatever is replaced, a file answers what memory does, and a dry run what follows", async () => {
  const key = fc.constantFrom("a", "b", "a/b", "c");
  const asset = fc.record({
    name: fc.constantFrom("key", "prefix"),
    key,
    group: fc.constantFrom("g", "h"),
    freshness: fc.constantFrom(undefined, { type: "time_window", fail_window: "1d" }),
  });
  const step = fc.record({
    source: fc.constantFrom("one", "two"),
    assets: fc.uniqueArray(asset, { selector: ({ name, key }) => `${name} ${key}`, maxLength: 5 }),
    takeOver: fc.boolean(),
    allowEmpty: fc.boolean(),
    within: fc.constantFrom(undefined, undefined, ["a"]),
  });
  const clock = { now: 1000 };
  const now = () => clock.now;
  const all = [await openStores({ url: ":memory:", now }), await openStores({ url: newFile(), now })];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      for (const source of ["one", "two"]) {
        for (const { definitions } of all) await definitions.replace(source, [], { allowEmpty: true });
      }
      for (const { source, assets, ...options } of steps) {
        clock.now += 10;
        const given = defined(...assets.map(({ name, key, ...fields }) => ({ [name]: key, ...fields })));
        const dry = await Promise.all(
          all.map(({ definitions }) => definitions.replace(source, given, { ...options, dryRun: true })),
        );
        const real = await Promise.all(all.map(({ definitions }) => definitions.replace(source, given, options)));
        const unrevised = (result: object) => ({ ...result, revision: undefined });
        expect(dry[1]).toEqual(dry[0] as never);
        expect(real[1]).toEqual(real[0] as never);
        expect(unrevised(real[0] ?? {})).toEqual(unrevised(dry[0] ?? {}));
        const lists = await Promise.all(all.map(({ definitions }) => listAll(definitions)));
        expect(lists[1]).toEqual(lists[0] ?? []);
      }
    }),
    { numRuns: 100 },
  );
  for (const { log } of all) await log.close();
}, 120_000);
