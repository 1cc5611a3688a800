import { expect, test } from "bun:test";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { newStandIn } from "../../../remote/test-database.ts";

const program = `
  process.dlopen = () => { throw new Error("a native driver was loaded"); };
  const { openEventLog } = await import("./dist/storage/index.js");
  const log = await openEventLog({ url: process.argv[1] });
  const event = { type: "ASSET_OBSERVATION", assetKey: ["a"], partition: null, timestamp: null, description: null, tags: {}, metadata: {} };
  console.log(JSON.stringify(await log.append([[{ event }]])), (await log.get(1)).type);
  await log.close();
`;

test("a remote log loads no native driver, so that it runs where there is none", async () => {
  const standIn = await newStandIn();
  const { stdout } = await promisify(execFile)("node", ["--input-type=module", "-e", program, standIn.url], {
    cwd: new URL("../../../..", import.meta.url).pathname,
  });
  expect(stdout).toBe('[{"status":"recorded","events":[{"id":1,"duplicate":false}]}] ASSET_OBSERVATION\n');
  await standIn.close();
});
