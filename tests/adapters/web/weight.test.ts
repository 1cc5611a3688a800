import { expect, test } from "bun:test";
import { createApp } from "../../../adapters/http/index.ts";
import { checkEvaluation, materialization, type RunlessEvent } from "../../../core/index.ts";
import { config, noon } from "../http/native.ts";
import { hour, logOf } from "./site.ts";

const assets = Array.from({ length: 100 }, (_, i) => `lake/team${i % 7}/table_of_a_longer_name_${i}`);
const events: readonly RunlessEvent[] = Array.from({ length: 20 }, (_, run) => run).flatMap((run) =>
  assets.flatMap((key, i) => {
    const timestamp = noon - (20 - run) * hour - i * 60_000;
    const checks = ["no_nulls", "unique_key"].map((checkName) =>
      checkEvaluation(key, { checkName, passed: (i * run) % 7 > 0, timestamp, description: "what it says of it" }),
    );
    const metadata = { rows: i * run * 7919, seconds: (i * run) / 7 };
    return [materialization(key, { timestamp, dataVersion: `v${i * run}`, metadata }), ...checks];
  }),
);
const partitions = Array.from({ length: 5000 }, (_, i) =>
  materialization("wide", { partition: `2026-${i}`, timestamp: noon - ((i * 7919) % 900) * hour }),
);

const app = createApp({ log: await logOf(...events, ...partitions), config, now: () => noon });

async function bytesOf(path: string): Promise<number> {
  const response = await app.request(path, { headers: { "accept-encoding": "gzip" } });
  expect([path, response.status, response.headers.get("content-encoding")]).toEqual([path, 200, "gzip"]);
  return (await response.arrayBuffer()).byteLength;
}

/** On the wire, for a browser that was never here. */
async function firstView(path: string): Promise<number> {
  const html = await (await app.request(path)).text();
  const files = Array.from(html.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g), ([, file]) => file ?? "");
  const sizes = [path, ...files, files[1]?.replace("page.js", "ago.js") ?? ""].map(bytesOf);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

test.each(["/", "/?sort=latest", `/assets/${assets[1]}`, "/assets/wide", "/events", "/checks"])(
  "%s and all that it loads are less than 50 kB on the wire",
  async (path) => {
    expect(await firstView(path)).toBeLessThan(50_000);
  },
);
