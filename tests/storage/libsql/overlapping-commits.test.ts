import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Committed, GroupCommit, type Load } from "../../../storage/group-commit/group-commit.ts";

const one: Load = { events: 1, bytes: 1 };
const unbounded: Load = { events: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

/** Commits that the test ends by hand. */
function gate(atOnce: number) {
  const groups: { readonly items: readonly string[]; end(): void; fail(error: Error): void }[] = [];
  const commit = (items: readonly string[]) =>
    new Promise<Committed<string>>((resolve, reject) => {
      const end = () => resolve({ results: items.map((item) => `${item}!`), milliseconds: 1 });
      groups.push({ items, end, fail: reject });
    });
  const begun = async (count: number) => {
    while (groups.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { groups, begun, commits: new GroupCommit(commit, unbounded, { atOnce }) };
}

describe("commits that may overlap", () => {
  test("begin while earlier ones run, in order, with all that has come meanwhile", async () => {
    const { groups, begun, commits } = gate(2);
    const results = ["a", "b", "c", "d"].map((item) => commits.add(item, one));
    await begun(2);
    expect(groups.map(({ items }) => items)).toEqual([["a"], ["b", "c", "d"]]);
    groups[1]?.end();
    expect(await Promise.all(results.slice(1))).toEqual(["b!", "c!", "d!"]);
    groups[0]?.end();
    expect(await results[0]).toBe("a!");
  });

  test("are never more at once than they may be, and the next begins when one has ended", async () => {
    const { groups, begun, commits } = gate(2);
    const [first, second] = [commits.add("a", one), commits.add("b", one)];
    await begun(2);
    const third = commits.add("c", one);
    groups[1]?.end();
    await second;
    await begun(3);
    expect(groups.map(({ items }) => items)).toEqual([["a"], ["b"], ["c"]]);
    for (const group of groups) group.end();
    expect(await Promise.all([first, third])).toEqual(["a!", "c!"]);
  });

  test("fail what waits when one fails, and nothing that is under way", async () => {
    const { groups, begun, commits } = gate(2);
    const [first, second] = [commits.add("a", one), commits.add("b", one)];
    await begun(2);
    const waiting = Promise.allSettled([first, commits.add("c", one)]);
    const reason = new Error("away");
    groups[0]?.fail(reason);
    expect(await waiting).toEqual([
      { status: "rejected", reason },
      { status: "rejected", reason },
    ]);
    groups[1]?.end();
    expect(await second).toBe("b!");
  });

  test("are all waited for by closing", async () => {
    const { groups, begun, commits } = gate(3);
    const added = [commits.add("a", one), commits.add("b", one)];
    await begun(2);
    const last = commits.add("c", one);
    const closed = commits.close();
    await begun(3);
    for (const group of groups.toReversed()) group.end();
    await closed;
    expect(await Promise.all([...added, last])).toEqual(["a!", "b!", "c!"]);
  });

  test("no schedule loses, repeats or reorders an item, or exceeds their number", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 }),
        async (s, atOnce, sizes) => {
          const begun: number[] = [];
          let running = 0;
          const commits = new GroupCommit<number, number>(
            async (items) => {
              begun.push(...items);
              expect(++running).toBeLessThanOrEqual(atOnce);
              await s.schedule(Promise.resolve(), "commit");
              running--;
              return { results: items, milliseconds: 1 };
            },
            unbounded,
            { atOnce },
          );
          const added = sizes.map(async (size, item) =>
            expect(await commits.add(item, { events: size, bytes: size })).toBe(item),
          );
          await s.waitFor(Promise.all(added));
          expect(begun).toEqual(sizes.map((_, item) => item));
        },
      ),
      { numRuns: 30 },
    );
  });
});
