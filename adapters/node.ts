import { listenWithNode } from "./listen-with-node.ts";
import { runServer } from "./run-server.ts";

await runServer("node", listenWithNode);
