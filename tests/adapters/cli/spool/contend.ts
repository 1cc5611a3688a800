import { appendFileSync } from "node:fs";
import { takeFlushLock } from "../../../../adapters/cli/spool/flush-lock.ts";

// Takes a folder's lock again and again, and writes down when it has it. Started by flush-lock.test.ts.
const [folder = "", diary = "", count = "0"] = process.argv.slice(2);

for (let taken = 0; taken < Number(count); ) {
  const release = takeFlushLock(folder);
  if (release !== undefined) {
    appendFileSync(diary, `enter ${process.pid}\n`);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    appendFileSync(diary, `leave ${process.pid}\n`);
    release();
    taken++;
  }
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
}
