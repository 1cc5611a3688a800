import { createInterface } from "node:readline";

/** Asks on standard error and reads a line. False without a yes: an input that has ended says nothing. */
export async function ask(question: string): Promise<boolean> {
  process.stderr.write(question);
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return /^y(es)?$/i.test(line.trim());
    return false;
  } finally {
    lines.close();
    // On Bun a terminal that was read keeps the process.
    process.stdin.unref?.();
  }
}
