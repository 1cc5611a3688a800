import { listenWithNode } from "./server/listen-with-node.ts";
import { runServer } from "./server/run-server.ts";

// Not Deno.serve: it limits neither the pauses of a sender or reader nor the size of a head.
await runServer("deno", listenWithNode);
