// Loaded into a server before anything else: its clock is behind from the start, and falls back further on SIGUSR2.
const hour = 3_600_000;
const now = Date.now;
let behind = Number(process.env.CLOCK_HOURS_BEHIND ?? 0) * hour;
Date.now = () => now() - behind;
process.on("SIGUSR2", () => {
  behind += hour;
  console.log(`The clock is ${behind / hour} hours behind.`);
});
