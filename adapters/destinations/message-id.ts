import { createHash } from "node:crypto";
import { type MessageOrigin, messageIdText } from "../../core/destinations/message-id.ts";

/** The id of a message, the same at every attempt: receivers tell by it that they have a message already. */
export function messageId(destination: string, origin: MessageOrigin, replay?: string): string {
  return createHash("sha256")
    .update(messageIdText(destination, origin, replay))
    .digest("hex");
}
