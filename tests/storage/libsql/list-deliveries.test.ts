import { expect, test } from "bun:test";
import { join } from "node:path";
import { openStores } from "../../../storage/index.ts";
import { openFileAccess } from "../../../storage/libsql/file/file-access.ts";
import { readSteps } from "../../../storage/libsql/read/read-steps.ts";
import { countDeliveries } from "../../../storage/libsql/sending/list-deliveries.ts";
import { newDelivery, Sender } from "../../contracts/sending.ts";
import { temporaryFolder } from "../../server.ts";

test("more deliveries than one step counts are counted step by step, and each once", async () => {
  const url = `file:${join(temporaryFolder(), "runless.db")}`;
  const { sending, log } = await openStores({ url });
  const sender = await new Sender(sending).take();
  const statuses = ["pending", "dead", "dead", "dead"] as const;
  const queued = Array.from({ length: 200 }, (_, i) =>
    newDelivery(i % 3 === 0 ? "x" : "y", String(i), { status: statuses[i % 4] ?? "dead", createdAt: i }),
  );
  await sender.write({ queued });
  const access = await openFileAccess({ url });
  const { step } = readSteps(access);
  let steps = 0;
  const counted = await countDeliveries({
    scale: 1e-3, // a hundred at a time
    step: (work) => {
      steps++;
      return step(work);
    },
  });
  expect(counted).toEqual(await sending.deliveryCounts());
  expect(counted.map(({ destination, status, count }) => `${destination} ${status} ${count}`)).toEqual([
    "x pending 17",
    "x dead 50",
    "y pending 33",
    "y dead 100",
  ]);
  expect(steps).toBeGreaterThan(3);
  await access.close();
  await log.close();
});
