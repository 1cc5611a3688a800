import { listenWithNode } from "./server/listen-with-node.ts";
import { runServer } from "./server/run-server.ts";

// Not Deno.serve, which has no limits to how long a sender or a reader may pause, nor to how long a head may be.
await runServer("deno", listenWithNode);
