import { expect, test } from "bun:test";
import { byteStream } from "../../../../adapters/http/events/byte-stream.ts";
import { StreamTurns } from "../../../../adapters/http/events/stream-turns.ts";
import { createStreamSlots } from "../../../../adapters/http/shared-limits.ts";
import { EventLogError } from "../../../../storage/index.ts";

test("a body that breaks off its connection, which cancels it then, gives its place back once", async () => {
  const streams = createStreamSlots(1);
  const enter = () => streams.enter("stream", null);
  let stops = 0;
  const next = () => Promise.reject(new EventLogError("unavailable", "The disk is full."));
  const stop = () => {
    stops++;
  };
  const broken = Promise.withResolvers<void>();
  const outlet = { enter, turns: new StreamTurns(), disableIdleTimeout: undefined, breakOff: broken.resolve };
  const body = byteStream({ next, stop }, outlet);
  const reader = body.getReader();
  const reading = reader.read();
  await broken.promise;
  await reader.cancel();
  expect(await reading).toEqual({ done: true, value: undefined });
  expect(stops).toBe(1);
  enter();
  expect(() => streams.assertFree("stream", null)).toThrow();
});
