import { expect, test } from "bun:test";
import { readStream } from "../read-stream.ts";
import { type Runtime, runtimes, startServer } from "../server.ts";

const quietMilliseconds = 60_000;

// All at the same time, since all they do is wait.
test("a stream that is quiet for 60 s stays open in every runtime, and knows how far the log has come", async () => {
  await Promise.all(runtimes.map(expectOpen));
}, 120_000);

async function expectOpen(runtime: Runtime): Promise<void> {
  const server = await startServer(runtime);
  const report = (key: string) => fetch(`${server.url}/report_asset_materialization/${key}`, { method: "POST" });
  const response = await fetch(`${server.url}/api/v1/events/stream?asset_key=quiet`);
  const began = performance.now();
  const seen: (string | undefined)[] = [];
  await report("noise");
  for await (const { event, comment, id } of readStream(response)) {
    seen.push(event ?? comment);
    if (event === "ASSET_MATERIALIZATION") break;
    // A heartbeat after the time: now something happens.
    if (performance.now() - began > quietMilliseconds && id === undefined) await report("quiet");
  }
  expect(seen.slice(0, 3)).toEqual(["position", "position", "still here"]);
  expect(seen.at(-1)).toBe("ASSET_MATERIALIZATION");
  await server.stop();
}
