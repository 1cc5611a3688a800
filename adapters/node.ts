import { listenWithNode } from "./server/listen-with-node.ts";
import { runServer } from "./server/run-server.ts";

await runServer("node", listenWithNode);
