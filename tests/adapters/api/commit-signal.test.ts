import { expect, test } from "bun:test";
import { CommitSignal } from "../../../adapters/api/commit-signal.ts";

function createSignal() {
  const listeners = new Set<() => void>();
  const signal = new CommitSignal((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  });
  return {
    signal,
    listeners,
    commit: () => {
      for (const listener of listeners) listener();
    },
  };
}

const long = 60_000;

test("a commit ends the wait", async () => {
  const { signal, commit } = createSignal();
  const wait = signal.wait(long);
  commit();
  await wait;
});

test("a commit between two waits ends the next one alone", async () => {
  const { signal, commit } = createSignal();
  commit();
  commit();
  await signal.wait(long);
  const start = performance.now();
  await signal.wait(50);
  expect(performance.now() - start).toBeGreaterThan(40);
});

test("a stop ends the wait and all later ones, and stops watching", async () => {
  const { signal, listeners } = createSignal();
  const wait = signal.wait(long);
  signal.stop();
  await wait;
  await signal.wait(long);
  expect(listeners.size).toBe(0);
});
