/** A clock that nobody waits for any more goes on for so many milliseconds at most: one for each body would cost more. */
const longestTick = 1000;

interface Waiting {
  readonly until: number;
  readonly reject: (error: unknown) => void;
}

/** Gives up on promises that take too long. */
export type SharedTimeout = <Result, Made>(work: Promise<Result>, make: (result: Result) => Made) => Promise<Made>;

/**
 * Resolves with what `make` makes of the result. Promises that take longer than `milliseconds` reject with what `late`
 * makes, and those that reject, with what `failed` makes. One timer for all of them: one for each would cost a report
 * more than the reading of its body.
 */
export function createTimeout(
  milliseconds: number,
  late: () => Error,
  failed: (error: unknown) => unknown,
): SharedTimeout {
  // In the order of their ends, since all may take equally long.
  const waiting = new Set<Waiting>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    timer = undefined;
    for (const one of waiting) {
      const left = one.until - performance.now();
      if (left > 0) {
        lookIn(left);
        return;
      }
      waiting.delete(one);
      one.reject(late());
    }
  }

  function lookIn(milliseconds: number): void {
    timer = setTimeout(look, Math.min(milliseconds, longestTick));
    timer.unref?.(); // where a timer is a number there is none
  }

  return (work, make) =>
    new Promise((resolve, reject) => {
      const one = { until: performance.now() + milliseconds, reject };
      waiting.add(one);
      if (timer === undefined) lookIn(milliseconds);
      work.then(
        (result) => {
          waiting.delete(one);
          try {
            resolve(make(result));
          } catch (error) {
            reject(error);
          }
        },
        (error) => {
          waiting.delete(one);
          reject(failed(error));
        },
      );
    });
}
