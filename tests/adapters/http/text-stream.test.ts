import { expect, test } from "bun:test";
import { streamRoom } from "../../../adapters/http/stream-room.ts";
import { textStream } from "../../../adapters/http/text-stream.ts";
import { EventLogError } from "../../../storage/index.ts";

test("a body that breaks off its connection, which cancels it then, gives its place back once", async () => {
  const streams = streamRoom(1);
  let stops = 0;
  const next = () => Promise.reject(new EventLogError("unavailable", "The disk is full."));
  const stop = () => {
    stops++;
  };
  const broken = Promise.withResolvers<void>();
  const body = textStream({ next, stop }, { streams, keepOpen: undefined, breakOff: broken.resolve });
  const reader = body.getReader();
  const reading = reader.read();
  await broken.promise;
  await reader.cancel();
  expect(await reading).toEqual({ done: true, value: undefined });
  expect(stops).toBe(1);
  streams.enter();
  expect(() => streams.assertFree()).toThrow();
});
