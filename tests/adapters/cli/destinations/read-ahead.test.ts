import { expect, test } from "bun:test";
import fc from "fast-check";
import { readAhead } from "../../../../adapters/cli/destinations/read-ahead.ts";

/** Numbers up to `count`, then an error if there is one. */
async function* numbers(count: number, taken: number[], error?: Error): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) {
    taken.push(i);
    yield i;
  }
  if (error !== undefined) throw error;
}

test("every item comes once, in order, and then the error, at whatever pace it is taken", async () => {
  const pace = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(30),
      fc.integer({ min: 1, max: 10 }),
      pace,
      fc.boolean(),
      async (count, most, pauses, fails) => {
        const read: number[] = [];
        const got: number[] = [];
        const error = new Error("broken");
        const work = async () => {
          for await (const item of readAhead(numbers(count, read, fails ? error : undefined), most)) {
            got.push(item);
            // The item that is being yielded to the reader counts too.
            expect(read.length - got.length).toBeLessThanOrEqual(most + 1);
            for (let i = pauses[item] ?? 0; i > 0; i--) await Promise.resolve();
          }
        };
        if (fails) await expect(work()).rejects.toBe(error);
        else await work();
        expect(got).toEqual(Array.from({ length: count }, (_, i) => i));
      },
    ),
  );
});

test("a source is read while nobody takes, up to the limit", async () => {
  const read: number[] = [];
  const items = readAhead(numbers(10, read), 4);
  await items.next();
  while (read.length < 4) await Promise.resolve();
  for (let i = 0; i < 100; i++) await Promise.resolve();
  expect(read.length).toBeLessThanOrEqual(5);
});
