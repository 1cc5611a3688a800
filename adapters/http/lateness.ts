interface Waiting {
  readonly until: number;
  readonly reject: (error: unknown) => void;
}

/** Gives up on promises that take too long. */
export type Lateness = <Result, Made>(work: Promise<Result>, make: (result: Result) => Made) => Promise<Made>;

/**
 * Resolves with what `make` makes of the result. Promises that take longer than `milliseconds` reject with what `late`
 * makes, and those that reject, with what `failed` makes. One timer for all of them: one for each would cost a report
 * more than the reading of its body.
 */
export function lateness(milliseconds: number, late: () => Error, failed: (error: unknown) => unknown): Lateness {
  // In the order of their ends, since all may take equally long.
  const waiting = new Set<Waiting>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    timer = undefined;
    for (const one of waiting) {
      const left = one.until - performance.now();
      if (left > 0) {
        timer = setTimeout(look, left);
        return;
      }
      waiting.delete(one);
      one.reject(late());
    }
  }

  return (work, make) =>
    new Promise((resolve, reject) => {
      const one = { until: performance.now() + milliseconds, reject };
      waiting.add(one);
      timer ??= setTimeout(look, milliseconds);
      const settle = () => {
        waiting.delete(one);
        if (waiting.size > 0 || timer === undefined) return;
        clearTimeout(timer);
        timer = undefined;
      };
      work.then(
        (result) => {
          settle();
          try {
            resolve(make(result));
          } catch (error) {
            reject(error);
          }
        },
        (error) => {
          settle();
          reject(failed(error));
        },
      );
    });
}
