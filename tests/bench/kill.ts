import { killRounds } from "../durability/kill-rounds.ts";
import { everyRuntime } from "../server.ts";

const [count = "500", name = "bun"] = process.argv.slice(2);
const rounds = Number(count);
const runtime = everyRuntime.find((known) => known === name);
if (!Number.isInteger(rounds) || rounds < 1 || runtime === undefined) {
  console.error(`Usage: npm run bench:kill -- [kills] [${everyRuntime.join("|")}]`);
  process.exit(2);
}

const { acknowledged, lost, repeated, problems } = await killRounds({
  rounds,
  runtime,
  onRound: (round, soFar) => {
    if (round % 10 === 0) console.log(`${round} kills, ${soFar.acknowledged} acknowledged, ${soFar.lost} lost`);
  },
});
for (const problem of problems) console.log(problem);
console.log(`${rounds} kills, ${acknowledged} acknowledged, ${lost} lost, ${repeated} repeated`);
process.exit(lost === 0 && repeated === 0 && problems.length === 0 ? 0 : 1);
