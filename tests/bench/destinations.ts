// What destinations hold up to, and how fast they are told.
// Options: --minutes 30 (the soak), --dagster (a real one is told too), --only soak | speed | behind, --quick (30 s of soak)
import { parseArgs } from "node:util";
import { installPython } from "../external/python.ts";
import { benchFolder } from "./bench-folder.ts";
import { measureBehind } from "./destinations/behind.ts";
import { soak } from "./destinations/soak.ts";
import { measureSpeed } from "./destinations/speed.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    dagster: { type: "boolean", default: false },
    only: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
const only = values.quick ? "soak" : values.only;
const folder = benchFolder("destinations");
if (values.dagster) await installPython();

if (only === undefined || only === "speed") console.log(await measureSpeed(folder, values.dagster));
if (only === undefined || only === "behind") console.log(await measureBehind(benchFolder("behind")));
if (only === undefined || only === "soak") {
  const minutes = values.quick ? 0.5 : Number(values.minutes);
  const pause = values.quick ? 4 : 20;
  const problems = await soak({ folder: benchFolder("soak"), minutes, pause, withDagster: values.dagster });
  for (const problem of problems) console.error(`WRONG: ${problem}`);
  process.exit(problems.length > 0 ? 1 : 0);
}
process.exit(0);
