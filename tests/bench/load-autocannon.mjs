// Run by node, as a process of its own: warms up, measures, and prints one JSON line. See load.ts.
import { readFileSync } from "node:fs";
import autocannon from "autocannon";

const { url, file, connections, warmupSeconds, seconds } = JSON.parse(process.argv[2]);
const requests = readFileSync(file, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [path, body] = line.split("\t");
    return { method: "POST", path, body, headers: { "content-type": "application/json" } };
  });
// Each connection gets requests of its own: with the `requests` option all would send the same key at the same time.
const shares = Array.from({ length: connections }, () => []);
for (let index = 0; index < Math.max(requests.length, connections); index++) {
  shares[index % connections].push({ ...requests[index % requests.length] });
}

// autocannon's own histogram knows whole milliseconds only, and its rate goes by whole sampling intervals. One run, of
// which the beginning is left out, since every run first builds its requests while the connections wait.
const latencies = [];
let acknowledged = 0;
let failed = 0;
let begin = Number.POSITIVE_INFINITY;
let last = 0;
const tracker = autocannon({
  url,
  connections,
  duration: warmupSeconds + seconds,
  sampleInt: 50,
  setupClient: (client) => client.setRequests(shares.pop()),
});
tracker.on("start", () => {
  begin = performance.now() + warmupSeconds * 1000;
});
tracker.on("response", (_, status, __, milliseconds) => {
  const now = performance.now();
  const ok = status >= 200 && status < 300;
  if (ok) acknowledged++;
  else failed++;
  if (now < begin) return;
  last = now;
  if (ok) latencies.push(milliseconds);
});
const { errors } = await tracker;
latencies.sort((a, b) => a - b);
const percentile = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? null;
const perSecond = latencies.length === 0 ? 0 : (latencies.length / (last - begin)) * 1000;
console.log(
  JSON.stringify({ acknowledged, failed: failed + errors, perSecond, p50: percentile(0.5), p99: percentile(0.99) }),
);
