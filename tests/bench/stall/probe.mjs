// Run by node, as a process of its own: reports and asks /health on two connections from a line "start" to a line "stop"
// on standard input, and prints then what it saw as one JSON line. See beside.ts.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const { port, pid, reportPause, healthPause } = JSON.parse(process.argv[2]);
const head = (method, path) => `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`;
const body = '{"metadata":{"rows":18234,"seconds":41.7}}';
const report = `${head("POST", "/report_asset_observation/stall/probe")}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const health = `${head("GET", "/health")}\r\n`;

let seen;
let isRunning = false;

/** A connection that is kept open, and made again where it was closed. */
function keptConnection() {
  let socket;
  return (request) =>
    new Promise((resolve) => {
      if (socket === undefined || socket.destroyed) {
        socket = connect({ host: "127.0.0.1", port, noDelay: true });
        socket.on("error", () => {});
      }
      let answer = "";
      const end = (status) => {
        socket.off("data", take);
        socket.off("close", fail);
        resolve(status);
      };
      const fail = () => end(0);
      const take = (data) => {
        answer += data.toString("latin1");
        const headEnd = answer.indexOf("\r\n\r\n");
        if (headEnd === -1) return;
        const length = Number(/^content-length: (\d+)/im.exec(answer)?.[1] ?? 0);
        if (answer.length >= headEnd + 4 + length) end(Number(answer.slice(9, 12)));
      };
      socket.on("data", take);
      socket.on("close", fail);
      socket.write(request);
    });
}

/** Milliseconds that a thread has run, and has waited for a CPU while others ran. */
function scheduled(path) {
  try {
    const [run, waited] = readFileSync(path, "latin1").split(" ");
    return { run: run / 1e6, waited: waited / 1e6 };
  } catch {
    return { run: 0, waited: 0 }; // the server has ended
  }
}

async function keepReporting() {
  const send = keptConnection();
  while (isRunning) {
    const began = performance.now();
    const status = await send(report);
    seen.reports.push(performance.now() - began);
    if (status !== 200) seen.refused++;
    await sleep(reportPause);
  }
}

async function keepAskingHealth() {
  const send = keptConnection();
  while (isRunning) {
    const [main, own] = [`/proc/${pid}/task/${pid}/schedstat`, "/proc/thread-self/schedstat"];
    const [mainBefore, ownBefore, began] = [scheduled(main), scheduled(own), performance.now()];
    await send(health);
    const wait = performance.now() - began;
    const [mainAfter, ownAfter] = [scheduled(main), scheduled(own)];
    seen.health = Math.max(seen.health, wait);
    // What the machine's other processes took is no fault of the server.
    const strangers = mainAfter.waited - mainBefore.waited + (ownAfter.waited - ownBefore.waited);
    seen.ownHealth = Math.max(seen.ownHealth, wait - strangers);
    seen.held = Math.max(seen.held, mainAfter.run - mainBefore.run);
    await sleep(healthPause);
  }
}

let working;
console.log("ready");
for await (const line of createInterface(process.stdin)) {
  if (line === "start") {
    seen = { reports: [], refused: 0, health: 0, ownHealth: 0, held: 0 };
    isRunning = true;
    working = Promise.all([keepReporting(), keepAskingHealth()]);
  } else {
    isRunning = false;
    await working;
    console.log(JSON.stringify(seen));
  }
}
process.exit();
