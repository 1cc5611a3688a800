// What single requests cost the thread that acknowledges, and what reports and /health notice of them: the bounds of
// "Nothing holds up the thread that acknowledges". Options: see stall/stall-options.ts.
import { writeFileSync } from "node:fs";
import { benchFolder } from "./bench-folder.ts";
import { commitName, environment } from "./environment.ts";
import { type Past, pastBounds } from "./stall/bounds.ts";
import { startEcho } from "./stall/echo.ts";
import { type Measured, measureShape } from "./stall/measure-shape.ts";
import { readStallOptions } from "./stall/stall-options.ts";
import { stallTable } from "./stall/stall-table.ts";
import { Subjects } from "./stall/subject.ts";

const options = readStallOptions(process.argv.slice(2));
/** What is past a bound may have met the machine's other work, and is measured again. */
const mostTries = options.check ? 3 : 1;
const subjects = await Subjects.of(options.app, options.database, benchFolder("stall"));
const appCommit = commitName(options.app);
const all: Measured[] = [];
const failed: string[] = [];
let isCheckFailed = false;

for (const runtime of options.runtimes) {
  const echo = await startEcho(runtime);
  const measurements: Measured[] = [];
  for (const shape of options.shapes) {
    try {
      const measured = await measureUntilSure(() => measureShape(subjects, runtime, shape, echo, options));
      measurements.push(measured);
      all.push(measured);
      const past = pastBounds(measured).map(({ says }) => says);
      isCheckFailed ||= counting(measured).length > 0;
      if (past.length > 0) failed.push(`${runtime}, ${shape.name}: ${past.join("; ")}`);
      console.error(`${runtime}, ${shape.name}: ${past.length === 0 ? "within bounds" : past.join("; ")}`);
    } catch (error) {
      const says = `${runtime}, ${shape.name}: ${error instanceof Error ? error.message : error}`;
      failed.push(says);
      isCheckFailed = true;
      console.error(says);
    }
    if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(all, undefined, 1));
  }
  await echo.stop();
  console.log(
    `\n${runtime}, events in a ${options.database === "file" ? "file" : "remote database (the stand-in)"}:\n`,
  );
  console.log(stallTable(measurements));
}

console.log(`
${environment()}; the servers are those of commit ${appCommit}.
One request alone, median and most of up to ${options.runs}; then by turns of ${options.seconds} s, without it and while it is repeated.`);
console.log(
  failed.length === 0 ? "\nAll are within bounds." : `\nPast a bound:\n${failed.map((line) => `- ${line}`).join("\n")}`,
);
process.exit(options.check && isCheckFailed ? 1 : 0);

async function measureUntilSure(measure: () => Promise<Measured>): Promise<Measured> {
  for (let attempt = 1; ; attempt++) {
    const measured = await measure();
    const past = counting(measured);
    if (attempt === mostTries || past.length === 0) return measured;
    console.error(`${measured.runtime}, ${measured.shape}, once more: ${past.map(({ says }) => says).join("; ")}`);
  }
}

/** What --check goes by. Wall time is printed beside it: a test machine that is busy says little by that. */
function counting(measured: Measured): readonly Past[] {
  return pastBounds(measured).filter(({ of }) => of === "work");
}
