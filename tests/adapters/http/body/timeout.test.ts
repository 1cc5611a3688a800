import { expect, test } from "bun:test";
import { createTimeout } from "../../../../adapters/http/body/timeout.ts";

const late = new Error("late");
const broken = new Error("broken");
const brokenBy = (cause: unknown) => Object.assign(broken, { cause });
const same = <Result>(result: Result) => result;
const never = () => new Promise<never>(() => {});

test("what settles in time is as it was made, or broken in our words", async () => {
  const inTime = createTimeout(60_000, () => late, brokenBy);
  expect(await inTime(Promise.resolve(1), same)).toBe(1);
  const failing = () => {
    throw late;
  };
  await expect(inTime(Promise.resolve(1), failing)).rejects.toBe(late);
  await expect(inTime(Promise.reject("gone"), same)).rejects.toBe(broken);
  expect(broken.cause).toBe("gone");
});

test("what takes longer rejects, each at its own end, and harms nothing that came later", async () => {
  const inTime = createTimeout(20, () => late, brokenBy);
  const ends: number[] = [];
  const note = async (at: number, work: Promise<unknown>) => {
    await expect(work).rejects.toBe(late);
    ends.push(at);
  };
  const first = note(1, inTime(never(), same));
  await inTime(new Promise((resolve) => setTimeout(resolve, 5)), same);
  await Promise.all([first, note(2, inTime(never(), same))]);
  expect(ends).toEqual([1, 2]);
  expect(await inTime(Promise.resolve("after"), same)).toBe("after");
});
