/**
 * Lets a request's connection stay open while it is quiet, until the answered function is called. The runtimes cut off a
 * connection on which nothing moves, which is right while the client is to move, and wrong while we are.
 */
export type DisableIdleTimeout = () => () => void;

/** Does our part of a request, for as long as it takes. */
export async function withoutIdleTimeout<Result>(
  disableIdleTimeout: DisableIdleTimeout | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const release = disableIdleTimeout?.();
  try {
    return await work();
  } finally {
    release?.();
  }
}
