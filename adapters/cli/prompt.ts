import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { CommandError, exitCodes } from "./exit-code.ts";

/** Asks a question on standard error. Resolves with whether the answer is yes; false if the input has ended. */
export async function ask(question: string): Promise<boolean> {
  process.stderr.write(question);
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return /^y(es)?$/i.test(line.trim());
    return false;
  } finally {
    lines.close();
    // On Bun a terminal that was read keeps the process alive.
    process.stdin.unref?.();
  }
}

const keys = { enter: ["\r", "\n"], end: "\u0004", interrupt: "\u0003", backspace: ["\u007f", "\b"], clear: "\u0015" };

/** Reads a secret from standard input: a line from a terminal, without echo, or else all of the input. */
export async function readSecret(question: string): Promise<string> {
  if (process.stdin.isTTY !== true) return (await text(process.stdin)).trim();
  // Before the question, so that a quick answer is not echoed either.
  process.stdin.setRawMode(true).setEncoding("utf8");
  process.stderr.write(question);
  try {
    return (await readKeys(process.stdin)).trim();
  } finally {
    process.stdin.setRawMode(false).pause();
    process.stderr.write("\n");
  }
}

/** In raw mode every key is read, also those that a terminal would handle itself. */
function readKeys(input: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let secret = "";
    const end = (settle: () => void) => {
      input.off("data", read);
      input.off("end", finish);
      settle();
    };
    const finish = () => end(() => resolve(secret));
    const read = (chunk: string) => {
      for (const key of chunk) {
        if (keys.enter.includes(key) || key === keys.end) return finish();
        if (key === keys.interrupt) {
          return end(() => reject(new CommandError(exitCodes.interrupted, "Nothing was changed.")));
        }
        if (keys.backspace.includes(key)) secret = Array.from(secret).slice(0, -1).join("");
        else if (key === keys.clear) secret = "";
        else secret += key;
      }
    };
    input.on("data", read);
    input.on("end", finish);
  });
}
