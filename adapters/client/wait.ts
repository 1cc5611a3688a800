/** Resolves after so many milliseconds, or rejects with the signal's reason. */
export type Wait = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

// A timer of more than 31 bits ends at once.
const longest = 2 ** 31 - 1;

export const wait: Wait = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      settle();
    };
    const timer = setTimeout(() => end(resolve), Math.min(milliseconds, longest));
    const abort = () => end(() => reject(signal?.reason));
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
  });
