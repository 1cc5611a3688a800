import { exitCodes } from "./exit-code.ts";

/** Ends the process on Ctrl-C without a word, as one ends what goes on for long or forever. */
export function endOnInterrupt(): void {
  process.once("SIGINT", () => process.exit(exitCodes.interrupted));
}
