import type { Alert } from "../../../storage/index.ts";
import type { State } from "../parts/state.tsx";

/** The look of an alert, and the word for it. */
export function alertState({ kind, status, severity }: Alert): { readonly state: State; readonly text: string } {
  if (status === "resolved") return { state: "passed", text: "resolved" };
  if (severity === "WARN") return { state: "warned", text: kind === "freshness" ? "late soon" : "warned" };
  return { state: "failed", text: kind === "freshness" ? "late" : "failed" };
}

type Reason = Alert["reason"];

const firing: Readonly<Record<Reason, string>> = {
  deadline: "Nothing came by its deadline.",
  window: "Nothing came for too long.",
  reported: "What came does not count for its deadline.",
  wiped: "What counted was wiped.",
  initial: "Nothing counted when it was first judged.",
  policy_changed: "What came is not enough for its changed policy.",
  policy_removed: "It has no policy any more.",
  partition_removed: "Its definition has no such partition any more.",
  no_longer_watched: "Newer partitions are watched instead.",
  check_failed: "The check failed.",
  check_passed: "The check passed.",
  closed: "Somebody closed it.",
};

const resolved: Readonly<Partial<Record<Reason, string>>> = {
  reported: "It came.",
  wiped: "Its events were wiped.",
  policy_changed: "It is on time by its changed policy.",
};

/** Why an alert fires, or why it was resolved, in a sentence. */
export function reasonText({ reason, status }: Pick<Alert, "reason" | "status">): string {
  return (status === "resolved" ? resolved[reason] : undefined) ?? firing[reason];
}
