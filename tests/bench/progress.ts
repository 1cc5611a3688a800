import { count } from "./count.ts";

export interface Progress {
  /** Says so on standard error, once in a while. */
  at(done: number): void;
}

const everyMilliseconds = 10_000;

/** For those who wait: `what` is what is counted, up to `total`. */
export function progressOf(what: string, total: number, from = 0): Progress {
  const began = performance.now();
  let said = began;
  return {
    at(done) {
      const now = performance.now();
      if (now - said < everyMilliseconds) return;
      said = now;
      const rate = ((done - from) / (now - began)) * 1000;
      console.error(`${count(done)} of ${count(total)} ${what}, ${count(rate)} a second`);
    },
  };
}
