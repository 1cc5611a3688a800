import type { Limits } from "../config/limits.ts";
import { bodyMemory } from "./body/body-memory.ts";
import { bodyTimeout, type Reading } from "./body/read-body.ts";
import { createStreamSlots, type StreamSlots } from "./events/stream-slots.ts";

/** What all requests of a server share, so that many of them cost no more memory than there is for them. */
export interface SharedLimits extends Reading {
  readonly streams: StreamSlots;
}

export function createSharedLimits(limits: Limits): SharedLimits {
  const { queueBytes, streams } = limits;
  return { bodies: bodyMemory(queueBytes), inTime: bodyTimeout(limits), streams: createStreamSlots(streams) };
}
