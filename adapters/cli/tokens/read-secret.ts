import { text } from "node:stream/consumers";
import { CommandError, exitCodes } from "../exit-code.ts";

const keys = { enter: ["\r", "\n"], end: "\u0004", interrupt: "\u0003", backspace: ["\u007f", "\b"], clear: "\u0015" };

/** Reads a secret from standard input: a line of a terminal, where nothing of it is shown, or all that comes otherwise. */
export async function readSecret(question: string): Promise<string> {
  if (process.stdin.isTTY !== true) return (await text(process.stdin)).trim();
  // Before the question: whoever answers at once must not see it either.
  process.stdin.setRawMode(true).setEncoding("utf8");
  process.stderr.write(question);
  try {
    return (await readKeys(process.stdin)).trim();
  } finally {
    process.stdin.setRawMode(false).pause();
    process.stderr.write("\n");
  }
}

/** In raw mode every key comes as it is, also those that a terminal would have acted on. */
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
