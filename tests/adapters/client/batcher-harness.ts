import {
  EventBatcher,
  type EventBatcherOptions,
  materialization,
  type RunlessApi,
  type RunlessEvent,
} from "../../../adapters/client.ts";
import { manualTimers } from "./harness.ts";

const delay = 100;

/** A batcher whose requests are kept, and end as `answer` says. */
export function recorder(
  options: EventBatcherOptions = {},
  answer: (batch: readonly string[]) => void | Promise<void> = () => {},
) {
  const requests: string[][] = [];
  const timers = manualTimers(delay);
  let ids = 0;
  const reportRunlessAssetEvents: RunlessApi["reportRunlessAssetEvents"] = async (events) => {
    const batch = events.map((item) => nameOf("event" in item ? item.event : item));
    requests.push(batch);
    await answer(batch);
    return { recorded: events.length, duplicates: 0, ids: events.map(() => ++ids) };
  };
  const batcher = new EventBatcher({ reportRunlessAssetEvents }, { wait: timers.wait, ...options });
  return { batcher, requests, timers };
}

const nameOf = (event: RunlessEvent) => event.assetKey.join("/");
export const event = (name: string) => materialization(name);
