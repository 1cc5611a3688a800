// Express on Node with runless in it, twice: at a prefix, and at the root behind a route of its own. From dist, because
// Node 20 runs no TypeScript. Prints its port.
import { getRequestListener } from "@hono/node-server";
import express from "express";
import { createApp } from "../../dist/adapters/server/http.js";
import { createMemoryEventLog } from "../../dist/storage/index.js";

const newApp = () => createApp({ log: createMemoryEventLog({ now: Date.now }) });

const server = express();
server.use("/runless", getRequestListener(newApp().fetch));
server.get("/mine", (_, response) => response.json({ mine: true }));
server.use(getRequestListener(newApp().fetch));
const listening = server.listen(0, "127.0.0.1", () => console.log(listening.address().port));
