import { planStep } from "../../watching/plan-step.ts";
import type { WatchReads } from "../../watching/watch-plan.ts";
import type { WatchRequest, WatchStep } from "../../watching/watch-store.ts";
import type { DatabaseAccess } from "../database-access.ts";
import { type DefinitionRowReads, libsqlDefinitionReads } from "../definitions/definition-reads.ts";
import { readSteps } from "../read/read-steps.ts";
import { readNextDue } from "./read-watched.ts";
import { createWatchReads } from "./watch-reads.ts";
import { planBatches, type WrittenPlan } from "./write-plan.ts";

export interface PlannedWatch extends Pick<WatchStep, "cursor" | "hasMore" | "decisions" | "nextAt" | "behind"> {
  /** Null if there is nothing to write. */
  readonly plan: WrittenPlan | null;
}

/** Plans a step, on the thread that reads. */
export async function planWatch(
  access: Pick<DatabaseAccess, "read" | "file">,
  reads: DefinitionRowReads & Pick<WatchReads, "waitFacts">,
  request: WatchRequest,
): Promise<PlannedWatch | undefined> {
  const { definitionsFor, list } = libsqlDefinitionReads(reads);
  const others = { definitionsFor, list, waitFacts: reads.waitFacts };
  const plan = await planStep(
    createWatchReads(() => readSteps(access), others),
    request,
  );
  if (plan === undefined) return undefined;
  const { subjects, checks, progress, hasMore, behind } = plan;
  const decisions = subjects.length + checks.length;
  const isWritten = decisions > 0 || request.notesProgress || plan.isSweeping;
  return {
    ...{ cursor: progress.cursor, hasMore, behind, decisions },
    nextAt: await access.read(readNextDue),
    // The statements are made here, so that the thread that writes need not do it.
    plan: isWritten
      ? { fence: plan.fence, batches: planBatches(plan, access.file === undefined ? "remote" : "file") }
      : null,
  };
}
