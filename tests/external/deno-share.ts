/** What npm test runs, as arguments of bun test. */
export const sharedTests = ["tests", "--path-ignore-patterns=tests/{external,bench}/**"] as const;

/** Of those tests the ones that run on Deno: each has it in its name, and no other test has. */
export const denoName = /\bdeno\b/;

export const denoShare = [...sharedTests, "--test-name-pattern", denoName.source] as const;
