import { expect, test } from "bun:test";
import { StreamTurns } from "../../../../adapters/http/events/stream-turns.ts";

const page = 256 << 10;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test("what fits into a turn is sent at once", () => {
  const turns = new StreamTurns();
  expect([turns.take(page / 2), turns.take(page / 2)]).toEqual([undefined, undefined]);
  expect(turns.take(1)).toBeInstanceOf(Promise);
});

test("one page a turn is sent, however many streams wait, and in their order", async () => {
  const turns = new StreamTurns();
  const sent: number[] = [];
  const ofEachTurn: number[] = [];
  const all = Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      await turns.take(page);
      sent.push(i);
    }),
  );
  while (sent.length < 20) {
    const before = sent.length;
    await nextTurn();
    ofEachTurn.push(sent.length - before);
  }
  await all;
  expect(sent).toEqual([...Array(20).keys()]);
  expect(Math.max(...ofEachTurn)).toBeLessThanOrEqual(2);
});

test("what is larger than a turn is sent alone, and paid for by the turns after it", async () => {
  const turns = new StreamTurns();
  await turns.take(4 * page);
  let isSent = false;
  void turns.take(1)?.then(() => {
    isSent = true;
  });
  await nextTurn();
  await nextTurn();
  expect(isSent).toBe(false);
  for (let i = 0; i < 5; i++) await nextTurn();
  expect(isSent).toBe(true);
});
