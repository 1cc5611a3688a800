import type { Client } from "@libsql/client";
import type { WipeTarget } from "../../../storage/event-log.ts";
import { planWipe } from "../../../storage/libsql/maintenance/wipe/plan-wipe.ts";
import { wipe } from "../../../storage/libsql/maintenance/wipe/wipe.ts";
import { readSteps } from "../../../storage/libsql/read/read-steps.ts";
import type { Writer } from "../../../storage/libsql/write/write-transaction.ts";

/** Wipes in a database that has no log around it, and answers the trace's id. */
export async function plannedWipe(client: Client, writer: Writer, target: WipeTarget): Promise<number> {
  const plan = await planWipe(readSteps({ read: (work) => work(client), file: "" }), target);
  const trace = typeof plan === "object" ? await wipe(writer, plan, null, 0) : plan;
  if (typeof trace !== "number") throw new Error(`The wipe came to ${trace}.`);
  return trace;
}
