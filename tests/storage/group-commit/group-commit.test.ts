import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { type Committed, GroupCommit, type GroupCommitOptions } from "../../../storage/group-commit/group-commit.ts";

const plenty = { events: 1_000_000, bytes: 1_000_000_000 };
const load = (events: number, bytes = events) => ({ events, bytes });

/** A commit that the test ends by hand. */
function gate(limits = plenty, options: GroupCommitOptions = {}) {
  const groups: { readonly items: readonly string[]; end(milliseconds?: number): void; fail(error: Error): void }[] =
    [];
  const commit = (items: readonly string[]) =>
    new Promise<Committed<string>>((resolve, reject) => {
      const end = (milliseconds = 0) => resolve({ results: items.map((item) => `${item}!`), milliseconds });
      groups.push({ items, end, fail: reject });
    });
  return { groups, commits: new GroupCommit(commit, limits, options) };
}

describe("group commit", () => {
  test("starts at once when nothing runs, and puts whatever waits meanwhile into one group", async () => {
    const { groups, commits } = gate();
    const results = ["a", "b", "c"].map((item) => commits.add(item, load(1)));
    expect(groups.map(({ items }) => items)).toEqual([["a"]]);
    groups[0]?.end();
    expect(await results[0]).toBe("a!");
    expect(groups.map(({ items }) => items)).toEqual([["a"], ["b", "c"]]);
    groups[1]?.end();
    expect(await Promise.all(results)).toEqual(["a!", "b!", "c!"]);
  });

  test("keeps groups under 1,000 events, and lets a larger item go alone", async () => {
    const { groups, commits } = gate();
    const added = [
      commits.add("first", load(1)),
      commits.add("a", load(600)),
      commits.add("b", load(600)),
      commits.add("huge", load(5000)),
    ];
    for (let i = 0; i < added.length; i++) {
      groups[i]?.end();
      await added[i];
    }
    expect(groups.map(({ items }) => items)).toEqual([["first"], ["a"], ["b"], ["huge"]]);
  });

  test("keeps groups under 8 MB, and lets a larger item go alone", async () => {
    const { groups, commits } = gate();
    const megabytes = (n: number) => load(1, n << 20);
    const added = [
      commits.add("first", load(1)),
      commits.add("a", megabytes(5)),
      commits.add("b", megabytes(5)),
      commits.add("huge", megabytes(50)),
    ];
    for (let i = 0; i < added.length; i++) {
      groups[i]?.end();
      await added[i];
    }
    expect(groups.map(({ items }) => items)).toEqual([["first"], ["a"], ["b"], ["huge"]]);
  });

  test.each([
    ["events", load(2, 0)],
    ["bytes", load(0, 2)],
  ])(
    "refuses at once what comes while as many %s wait as may, and lets in again what comes after",
    async (limit, one) => {
      const { groups, commits } = gate({ events: 4, bytes: 4 });
      const admitted = ["running", "a", "b"].map((item) => commits.add(item, one));
      expect(() => commits.assertSpace()).toThrow(`wait already, and the limit is 4 ${limit}.`);
      await expect(commits.add("refused", one)).rejects.toMatchObject({ code: "overloaded" });
      groups[0]?.end();
      await admitted[0];
      expect(commits.load).toEqual(load(0));
      admitted.push(commits.add("c", one));
      groups[1]?.end();
      await admitted[2];
      groups[2]?.end();
      expect(await Promise.all(admitted)).toEqual(["running!", "a!", "b!", "c!"]);
      expect(groups.map(({ items }) => items)).toEqual([["running"], ["a", "b"], ["c"]]);
    },
  );

  test("what waits when the queue is full waits in its order, and leaves half of the queue to the others", async () => {
    const { groups, commits } = gate({ events: 4, bytes: 100 });
    const added = [commits.add("running", load(1))];
    for (const item of ["p1", "p2", "p3", "p4"]) added.push(commits.add(item, load(1), true));
    expect(commits.load).toEqual(load(2));
    for (const item of ["a", "b"]) added.push(commits.add(item, load(1)));
    await expect(commits.add("refused", load(1))).rejects.toMatchObject({ code: "overloaded" });
    for (let i = 0; i < 3; i++) {
      groups[i]?.end();
      await new Promise((resolve) => setTimeout(resolve));
    }
    await Promise.all(added);
    expect(groups.map(({ items }) => items)).toEqual([["running"], ["p1", "p2", "a", "b"], ["p3", "p4"]]);
  });

  test("a failed commit takes what waits for space with it, and closing waits for that", async () => {
    const { groups, commits } = gate({ events: 2, bytes: 100 });
    const failing = ["a", "p1", "p2"].map((item) => commits.add(item, load(1), item !== "a"));
    const reason = new Error("disk");
    groups[0]?.fail(reason);
    expect(await Promise.allSettled(failing)).toEqual(failing.map(() => ({ status: "rejected", reason })));

    const accepted = ["b", "p3", "p4"].map((item) => commits.add(item, load(1), item !== "b"));
    const closed = commits.close();
    await expect(commits.add("p5", load(1), true)).rejects.toMatchObject({ code: "closed" });
    for (let i = 1; i < 4; i++) {
      groups[i]?.end();
      await new Promise((resolve) => setTimeout(resolve));
    }
    await closed;
    expect(await Promise.all(accepted)).toEqual(["b!", "p3!", "p4!"]);
  });

  test("fails the items of a failed commit and those that wait for it, and goes on with what comes then", async () => {
    const { groups, commits } = gate();
    const failed = Promise.allSettled(["a", "b", "c"].map((item) => commits.add(item, load(1))));
    const reason = new Error("disk");
    groups[0]?.fail(reason);
    expect(await failed).toEqual(["a", "b", "c"].map(() => ({ status: "rejected", reason })));
    const next = commits.add("d", load(1));
    expect(groups.map(({ items }) => items)).toEqual([["a"], ["d"]]);
    groups[1]?.end();
    expect(await next).toBe("d!");
  });

  test("closing refuses what comes then, and waits for what came before", async () => {
    const { groups, commits } = gate();
    const accepted = commits.add("a", load(1));
    const closed = commits.close();
    await expect(commits.add("b", load(1))).rejects.toMatchObject({ code: "closed" });
    groups[0]?.end();
    await closed;
    expect(await accepted).toBe("a!");
  });

  describe("with turns of the event loop", () => {
    let clock = 0;
    let now: ReturnType<typeof spyOn>;
    beforeEach(() => {
      clock = 0;
      now = spyOn(performance, "now").mockImplementation(() => clock);
    });
    afterEach(() => now.mockRestore());

    /** Turns that the test takes by hand. */
    function turns() {
      const next: (() => void)[] = [];
      const take = () => {
        for (const work of next.splice(0)) work();
      };
      return { take, ...gate(plenty, { nextTurn: (work) => void next.push(work) }) };
    }

    test("what comes in one turn shares a commit, also when nothing ran", () => {
      const { groups, commits, take } = turns();
      for (const item of ["a", "b", "c"]) void commits.add(item, load(1));
      expect(groups).toEqual([]);
      take();
      expect(groups.map(({ items }) => items)).toEqual([["a", "b", "c"]]);
    });

    test("what comes alone waits for one turn and no more", () => {
      const { groups, commits, take } = turns();
      void commits.add("a", load(1));
      take();
      expect(groups.map(({ items }) => items)).toEqual([["a"]]);
    });

    describe("after a commit", () => {
      /** Of ten items, which took so many milliseconds. One more comes with each call of the answered `come`. */
      async function afterTen(milliseconds: number) {
        const { groups, commits, take } = turns();
        const ten = Array.from({ length: 10 }, (_, i) => commits.add(`first ${i}`, load(1)));
        take();
        clock += milliseconds;
        groups[0]?.end();
        await Promise.all(ten);
        const come = (item: string) => {
          void commits.add(item, load(1));
          take();
        };
        return { groups, commits, take, come };
      }

      test("nearly all whom it answered are waited for, as long as they keep coming", async () => {
        const { groups, come } = await afterTen(400);
        for (const item of "abcdefgh") {
          come(item);
          clock += 0.2;
        }
        expect(groups.length).toBe(1);
        come("i");
        expect(groups.at(-1)?.items).toEqual([..."abcdefghi"]);
      });

      test("it begins within the turn that brings nearly all", async () => {
        const { groups, commits } = await afterTen(400);
        for (const item of "abcdefghi") void commits.add(item, load(1));
        expect(groups.at(-1)?.items).toEqual([..."abcdefghi"]);
      });

      test.each([load(1000), load(1, 8 << 20)])("what fills a group by itself waits for nobody: %j", async (full) => {
        const { groups, commits } = await afterTen(400);
        void commits.add("full", full);
        expect(groups.at(-1)?.items).toEqual(["full"]);
      });

      test("who stays away for a moment is not waited for", async () => {
        const { groups, take, come } = await afterTen(400);
        come("a");
        clock += 0.2;
        take();
        expect(groups.length).toBe(1);
        clock += 0.1;
        take();
        expect(groups.at(-1)?.items).toEqual(["a"]);
      });

      test("nobody is waited for longer than that commit took", async () => {
        const { groups, come } = await afterTen(1);
        for (const item of "abcde") {
          come(item);
          clock += 0.25;
        }
        expect(groups.at(-1)?.items).toEqual([..."abcde"]);
      });
    });

    describe("a database that everybody waits for", () => {
      const busy = 1_000_000;

      /** Lets a first commit say that it took long, while these items come. */
      async function after(items: readonly string[]) {
        const { groups, commits, take } = turns();
        const first = commits.add("first", load(1));
        take();
        const [one] = items.map((item) => commits.add(item, load(1)));
        groups[0]?.end(busy);
        await first;
        groups[1]?.end(busy);
        await one;
        return { groups, take };
      }

      test("gets half of all who report, and the other half once it is done", async () => {
        const { groups } = await after(["a", "b", "c", "d", "e"]);
        expect(groups.map(({ items }) => items)).toEqual([["first"], ["a", "b", "c"], ["d", "e"]]);
      });

      test("waits a moment for company where fewer are left than half of those it answered", async () => {
        const { groups, take } = await after(["a", "b", "c", "d"]);
        expect(groups.map(({ items }) => items)).toEqual([["first"], ["a", "b", "c"]]);
        take();
        expect(groups.at(-1)?.items).toEqual(["d"]);
      });
    });

    test("closing begins what still waited for company", async () => {
      const { groups, commits } = turns();
      const accepted = commits.add("a", load(1));
      const closed = commits.close();
      expect(groups.map(({ items }) => items)).toEqual([["a"]]);
      groups[0]?.end();
      await closed;
      expect(await accepted).toBe("a!");
    });
  });
});
