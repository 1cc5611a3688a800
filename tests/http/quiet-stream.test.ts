import { expect, test } from "bun:test";
import { readStream } from "../read-stream.ts";
import { runtimes, startServer } from "../server.ts";

const quietMilliseconds = 60_000;

// At the same time, since all they do is wait.
test.concurrent.each([...runtimes])(
  "a stream that is quiet for 60 s stays open on %s, and knows how far the log has come",
  async (runtime) => {
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
  },
  120_000,
);
