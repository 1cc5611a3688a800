// Loaded into a server before anything else: its clock is behind from the start, or ahead. On SIGUSR2 it falls back by an
// hour; or, where CLOCK_PASSES is set, an hour passes, by the monotonic clock too.
const hour = 3_600_000;
const now = Date.now;
const elapsed = performance.now.bind(performance);
let behind = Number(process.env.CLOCK_HOURS_BEHIND ?? 0) * hour;
let passed = 0;
Date.now = () => now() - behind + passed;
performance.now = () => elapsed() + passed;
process.on("SIGUSR2", () => {
  if (process.env.CLOCK_PASSES) passed += hour;
  else behind += hour;
  console.log(`The clock is ${behind / hour} hours behind, and ${passed / hour} have passed.`);
});
