// The stand-in as a process of its own: bun tests/remote/serve.ts --file <path> [--port 0] [--delay 0] [--token …]
import { parseArgs } from "node:util";
import { startStandIn } from "./stand-in.ts";

const { values } = parseArgs({
  options: {
    file: { type: "string" },
    port: { type: "string", default: "0" },
    delay: { type: "string", default: "0" },
    token: { type: "string" },
  },
});
if (values.file === undefined) throw new Error("--file says where the database is kept.");
const standIn = await startStandIn({
  file: values.file,
  port: Number(values.port),
  delay: Number(values.delay),
  ...(values.token === undefined ? {} : { token: values.token }),
});
console.log(`stand-in listening on ${standIn.url}`);
