import { expect, test } from "bun:test";
import { once as event } from "node:events";
import { createServer } from "node:net";
import { materialization } from "../../../core/index.ts";
import { type EventLog, openEventLog } from "../../../storage/index.ts";
import { duplicate, keyed, readIds, recorded } from "../../../storage/testing/event-log/harness.ts";
import { groupText, isAbout } from "../../remote/once.ts";
import type { Interference, StandIn } from "../../remote/stand-in.ts";
import { newStandIn } from "../../remote/test-database.ts";

const report = keyed(materialization("a"));

async function open(): Promise<{ readonly standIn: StandIn; readonly log: EventLog }> {
  const standIn = await newStandIn();
  return { standIn, log: await openEventLog({ url: standIn.url }) };
}

async function close({ standIn, log }: Awaited<ReturnType<typeof open>>): Promise<void> {
  await log.close();
  await standIn.close();
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

const unknown = {
  code: "unknown_outcome",
  message: expect.stringMatching(/not told for 10 seconds whether.*repeat the call with the same idempotency keys/),
};

test.concurrent.each<[Interference, number[]]>([
  ["drop before", []],
  ["drop after", [1]],
  ["no answer", [1]],
])(
  "what is unknown after 10 seconds of %p is said to be, whatever became of it, and its key repeats it safely",
  async (interference, ids) => {
    const opened = await open();
    const { standIn, log } = opened;
    standIn.interfere = (request) => (isAbout(request, groupText) ? interference : undefined);
    expect(await failure(log.append([[report]]))).toMatchObject(unknown);
    standIn.interfere = () => undefined;
    expect(await readIds(log)).toEqual(ids);
    expect(await log.append([[report]])).toEqual([ids.length === 0 ? recorded(1) : duplicate(1)]);
    await close(opened);
  },
  30_000,
);

test.concurrent("a report to a database that is away fails as unavailable, and says that it can't be reached", async () => {
  const { standIn, log } = await open();
  await standIn.close();
  const name = `The database ${standIn.url} can't be reached: `;
  const away = { code: "unavailable", message: expect.stringContaining(name) };
  expect(await Promise.all([failure(log.append([[report]])), failure(log.get(1))])).toMatchObject([away, away]);
  await log.close();
}, 30_000);

test.concurrent("a database that comes back within seconds costs no report", async () => {
  const { standIn, log } = await open();
  await standIn.close();
  const appended = log.append([[report]]);
  // Once somebody has knocked in vain.
  const port = Number(new URL(standIn.url).port);
  const door = createServer().listen(port, "127.0.0.1");
  const [socket] = await event(door, "connection");
  socket.destroy();
  door.close();
  await event(door, "close");
  const back = await newStandIn({ port, file: standIn.file });
  expect(await appended).toEqual([recorded(1)]);
  await close({ standIn: back, log });
}, 30_000);

test.concurrent("a start without a database says that it can't be reached", async () => {
  const standIn = await newStandIn();
  await standIn.close();
  expect(await failure(openEventLog({ url: `${standIn.url}?authToken=secret` }))).toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(`The database ${standIn.url} can't be reached: `),
  });
}, 30_000);
