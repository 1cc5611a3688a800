import { expect, test } from "bun:test";
import { lateness } from "../../../adapters/http/lateness.ts";

const late = new Error("late");
const broken = new Error("broken");
const brokenBy = (cause: unknown) => Object.assign(broken, { cause });
const never = () => new Promise<never>(() => {});

test("what settles in time is as it was, or broken in our words", async () => {
  const inTime = lateness(60_000, () => late, brokenBy);
  expect(await inTime(Promise.resolve(1))).toBe(1);
  await expect(inTime(Promise.reject("gone"))).rejects.toBe(broken);
  expect(broken.cause).toBe("gone");
});

test("what takes longer rejects, each at its own end, and harms nothing that came later", async () => {
  const inTime = lateness(20, () => late, brokenBy);
  const ends: number[] = [];
  const note = async (at: number, work: Promise<unknown>) => {
    await expect(work).rejects.toBe(late);
    ends.push(at);
  };
  const first = note(1, inTime(never()));
  await inTime(new Promise((resolve) => setTimeout(resolve, 5)));
  await Promise.all([first, note(2, inTime(never()))]);
  expect(ends).toEqual([1, 2]);
  expect(await inTime(Promise.resolve("after"))).toBe("after");
});
