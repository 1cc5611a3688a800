import type { Limits } from "../../config/limits.ts";
import { HttpError } from "../http-error.ts";

/** The longest delay of the timer, in milliseconds. It ends by itself: to stop it for each body would cost more. */
const longestDelay = 1000;

interface Waiting {
  readonly until: number;
  readonly reject: (error: unknown) => void;
}

/** Resolves with `map` of the result. Rejects if the promise takes too long, or rejects. */
export type SharedTimeout = <Result, Mapped>(work: Promise<Result>, map: (result: Result) => Mapped) => Promise<Mapped>;

/**
 * A time-out of `milliseconds` for many promises. One that takes longer rejects with the error of `late`, and one that
 * rejects does so with the error of `failed`. All share one timer: a timer for each would cost a report more than
 * reading its body does.
 */
export function createTimeout(
  milliseconds: number,
  late: () => Error,
  failed: (error: unknown) => unknown,
): SharedTimeout {
  // In the order of their deadlines, since all have the same time.
  const waiting = new Set<Waiting>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function check(): void {
    timer = undefined;
    for (const one of waiting) {
      const left = one.until - performance.now();
      if (left > 0) {
        checkIn(left);
        return;
      }
      waiting.delete(one);
      one.reject(late());
    }
  }

  function checkIn(milliseconds: number): void {
    timer = setTimeout(check, Math.min(milliseconds, longestDelay));
    timer.unref?.(); // some runtimes have a number for a timer
  }

  return (work, map) =>
    new Promise((resolve, reject) => {
      const one = { until: performance.now() + milliseconds, reject };
      waiting.add(one);
      if (timer === undefined) checkIn(milliseconds);
      work.then(
        (result) => {
          waiting.delete(one);
          try {
            resolve(map(result));
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

/** The time-out of bodies that are read in one piece. Rejects with HttpError 408, or 400 for a body that broke off. */
export function createBodyTimeout({ idleSeconds }: Limits): SharedTimeout {
  return createTimeout(idleSeconds * 1000, () => lateBody(idleSeconds), brokenBody);
}

export function lateBody(seconds: number): HttpError {
  const problem = `The body came too slowly: ${seconds} seconds, and one more for each 16 KB, are all it may take. Send it faster, or raise --max-idle-seconds.`;
  return new HttpError(408, problem, { connection: "close" });
}

export function brokenBody(): HttpError {
  return new HttpError(400, "The body broke off before its end.");
}
