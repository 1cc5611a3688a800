// A receiver of webhooks, in a process of its own that may be killed: node receiver.mjs PORT FILE FAULTS
// It notes each message in the file before it answers. FAULTS is the share of requests that go wrong.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const [port, file, faults] = process.argv.slice(2);

const server = createServer(async (request, response) => {
  const body = await text(request);
  const fate = Math.random() < Number(faults) ? Math.floor(Math.random() * 6) : -1;
  if (fate === 0) return request.socket.destroy();
  if (fate === 1) return response.writeHead(500).end("no");
  if (fate === 2) return response.writeHead(503, { "retry-after": "1" }).end("later");
  const { event } = JSON.parse(body).data;
  appendFileSync(file, `${request.headers["webhook-id"]} ${event.id} ${event.asset_key.join("/")}\n`);
  if (fate === 3) return request.socket.destroy();
  if (fate === 4) return response.writeHead(500).end("noted, and no");
  if (fate === 5) await new Promise((resolve) => setTimeout(resolve, 2000 * Math.random()));
  response.end("ok");
});
server.listen(Number(port), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
