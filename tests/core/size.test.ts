import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";

/** In bytes. */
const most = 8_000;

test("the whole core, bundled for a browser, is under 8 kB gzipped", async () => {
  const entry = new URL("../../core/index.ts", import.meta.url).pathname;
  const { outputs } = await Bun.build({ entrypoints: [entry], target: "browser", minify: true });
  const size = gzipSync((await outputs[0]?.text()) ?? "", { level: 9 }).length;
  console.log(`runless/core: ${size} bytes gzipped`);
  expect(size).toBeGreaterThan(1_000);
  expect(size).toBeLessThan(most);
});
