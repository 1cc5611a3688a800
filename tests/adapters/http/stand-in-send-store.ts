import type { SendStore } from "../../../storage/index.ts";
import { createMemorySendStore } from "../../../storage/memory/send-store.ts";
import { destinationRow, newDelivery } from "../../contracts/sending.ts";

/** A store with a destination and a message to it, which failed. */
export function standInSendStore(): SendStore {
  const sending = createMemorySendStore({
    watching: { alertChanges: async () => [], alertChange: async () => undefined, newestAlertChange: async () => 0 },
  });
  const lease = { holder: null, fileHash: null, fence: 0, beat: 0 };
  // In memory all of it is done before it returns.
  void sending.takeLease({ holder: "one", fileHash: "abc" }, lease);
  void sending.commit(1, {
    destinations: [destinationRow("data-chat", { type: "slack" })],
    queued: [
      newDelivery("data-chat", "m1", { status: "dead", attempts: 3, endedAt: 5, answer: "404, refused 3 of 3" }),
    ],
  });
  return sending;
}
