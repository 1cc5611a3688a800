import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { GroupCommit } from "../../../storage/libsql/group-commit.ts";

/** A commit that the test ends by hand. */
function gate() {
  const groups: { readonly items: readonly string[]; end(): void; fail(error: Error): void }[] = [];
  const commit = (items: readonly string[]) =>
    new Promise<readonly string[]>((resolve, reject) => {
      groups.push({ items, end: () => resolve(items.map((item) => `${item}!`)), fail: reject });
    });
  return { groups, commits: new GroupCommit(commit) };
}

describe("group commit", () => {
  test("starts at once when nothing runs, and puts whatever waits meanwhile into one group", async () => {
    const { groups, commits } = gate();
    const results = ["a", "b", "c"].map((item) => commits.add(item, 1));
    expect(groups.map(({ items }) => items)).toEqual([["a"]]);
    groups[0]?.end();
    expect(await results[0]).toBe("a!");
    expect(groups.map(({ items }) => items)).toEqual([["a"], ["b", "c"]]);
    groups[1]?.end();
    expect(await Promise.all(results)).toEqual(["a!", "b!", "c!"]);
  });

  test("keeps groups under 1,000 events, and lets a larger item go alone", async () => {
    const { groups, commits } = gate();
    const added = [commits.add("first", 1), commits.add("a", 600), commits.add("b", 600), commits.add("huge", 5000)];
    for (let i = 0; i < added.length; i++) {
      groups[i]?.end();
      await added[i];
    }
    expect(groups.map(({ items }) => items)).toEqual([["first"], ["a"], ["b"], ["huge"]]);
  });

  test("fails the items of a failed commit and those that wait for it, and goes on with what comes then", async () => {
    const { groups, commits } = gate();
    const failed = Promise.allSettled(["a", "b", "c"].map((item) => commits.add(item, 1)));
    const reason = new Error("disk");
    groups[0]?.fail(reason);
    expect(await failed).toEqual(["a", "b", "c"].map(() => ({ status: "rejected", reason })));
    const next = commits.add("d", 1);
    expect(groups.map(({ items }) => items)).toEqual([["a"], ["d"]]);
    groups[1]?.end();
    expect(await next).toBe("d!");
  });

  test("closing refuses what comes then, and waits for what came before", async () => {
    const { groups, commits } = gate();
    const accepted = commits.add("a", 1);
    const closed = commits.close();
    await expect(commits.add("b", 1)).rejects.toMatchObject({ code: "closed" });
    groups[0]?.end();
    await closed;
    expect(await accepted).toBe("a!");
  });

  test("no schedule loses, repeats or reorders an item, or acknowledges one before its commit", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
        async (s, sizes) => {
          const committed: number[] = [];
          let running = 0;
          const commits = new GroupCommit<number, number>(async (items) => {
            expect(++running).toBe(1);
            await s.schedule(Promise.resolve(), "commit");
            running--;
            committed.push(...items);
            return items;
          });
          const added = sizes.map(async (size, item) => {
            expect(await commits.add(item, size)).toBe(item);
            expect(committed).toContain(item);
          });
          await s.waitFor(Promise.all(added));
          expect(committed).toEqual(sizes.map((_, item) => item));
        },
      ),
    );
  });
});
