// The least that sends: node plain-client.mjs URL COUNT FILE. Four requests at once, each a connection of its own, with a body
// of the file.
import { readFileSync } from "node:fs";
import { request } from "node:http";

const [url, count, file] = process.argv.slice(2);
const body = readFileSync(file);
const headers = {
  "content-type": "application/json",
  "content-length": body.length,
  "webhook-id": "plain",
  connection: "close",
};
let left = Number(count);
const post = () =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers, agent: false }, (answer) =>
      answer.resume().on("end", resolve),
    );
    sent.on("error", reject).end(body);
  });
const began = performance.now();
await Promise.all(
  Array.from({ length: 4 }, async () => {
    while (left-- > 0) await post();
  }),
);
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 }));
