// Run by node, as a process of its own: every connection reports as fast as it is answered, waits as long as a 503 asks
// it to, and reports again. Prints one JSON line. See overload.ts.
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const { url, file, connections, warmupSeconds, seconds } = JSON.parse(process.argv[2]);
const { hostname, port, host } = new URL(url);
const requests = readFileSync(file, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [path, body] = line.split("\t");
    const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n`;
    return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  });

const latencies = { 200: [], 503: [] };
const counts = {};
let next = 0;
let broken = 0;
const begin = performance.now() + warmupSeconds * 1000;
const end = begin + seconds * 1000;

function report(socket) {
  if (performance.now() > end) return socket.destroy();
  const sent = performance.now();
  let answer = "";
  socket.write(requests[next++ % requests.length]);
  socket.on("data", function receive(data) {
    answer += data.toString("latin1");
    const headEnd = answer.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const length = Number(/^content-length: (\d+)/im.exec(answer)?.[1]);
    if (answer.length < headEnd + 4 + length) return;
    socket.off("data", receive);
    const now = performance.now();
    const status = Number(answer.slice(9, 12));
    if (now > begin && now < end) {
      counts[status] = (counts[status] ?? 0) + 1;
      latencies[status]?.push(now - sent);
    }
    const wait = Number(/^retry-after: (\d+)/im.exec(answer)?.[1] ?? 0) * 1000;
    // Not all at the same moment again.
    if (wait > 0) setTimeout(report, wait * (1 + Math.random()), socket);
    else report(socket);
  });
}

for (let i = 0; i < connections; i++) {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => report(socket));
  socket.on("error", () => broken++);
}
setTimeout(
  () => {
    const percentile = (status, share) => {
      const sorted = latencies[status].sort((a, b) => a - b);
      return sorted[Math.floor(sorted.length * share)] ?? null;
    };
    const perSecond = (counts[200] ?? 0) / seconds;
    const admitted = { perSecond, p50: percentile(200, 0.5), p99: percentile(200, 0.99) };
    const refused = { perSecond: (counts[503] ?? 0) / seconds, p99: percentile(503, 0.99) };
    console.log(JSON.stringify({ counts, broken, admitted, refused }));
    process.exit();
  },
  (warmupSeconds + seconds) * 1000,
);
