import type { TestRunner } from "./test-runner.ts";

/** When the clock of each test begins. */
export const noon = Date.UTC(2026, 10, 23, 12);

interface Clock {
  now: number;
}

interface Opening<Opened, Subject> {
  /** Opens a new, empty store. */
  readonly open: (options: { readonly now: () => number }) => Promise<Opened>;
  /** The log that the store is closed with, if it has one. */
  readonly logOf: (opened: Opened) => { close(): Promise<void> } | undefined;
  /** What the body of a test gets. */
  readonly subjectOf: (opened: Opened, clock: Clock) => Subject | Promise<Subject>;
  /** In milliseconds. */
  readonly longest: number;
}

/** Declares tests, each on a store of its own, which is closed at the end of the test. */
export function declareTestOn<Opened, Subject>(
  { test }: TestRunner,
  { open, logOf, subjectOf, longest }: Opening<Opened, Subject>,
): (sentence: string, body: (subject: Subject) => Promise<void>) => void {
  return (sentence, body) =>
    test(
      sentence,
      async () => {
        const clock = { now: noon };
        const opened = await open({ now: () => clock.now });
        try {
          await body(await subjectOf(opened, clock));
        } finally {
          await logOf(opened)?.close();
        }
      },
      longest,
    );
}
