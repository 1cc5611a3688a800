/** @jsxImportSource hono/jsx */
import type { AssetCheckSeverity } from "../../../core/index.ts";

export type State = "passed" | "warned" | "failed";

interface Outcome {
  readonly passed: boolean;
  readonly severity: AssetCheckSeverity;
}

export function stateOf({ passed, severity }: Outcome): State {
  if (passed) return "passed";
  return severity === "WARN" ? "warned" : "failed";
}

const shapes: Readonly<Record<State | "unknown", string>> = {
  passed: "M3 8.5 6.5 12 13 4.5",
  warned: "M8 2.5 14.5 13.5h-13zM8 7v3M8 11.7v.3",
  failed: "M4 4l8 8M12 4l-8 8",
  unknown: "M4 8h8",
};

/** A state as a shape and a colour. Its meaning must be next to it as text. */
export function StateIcon({ state }: { readonly state: State | "unknown" }) {
  return (
    <svg class={`icon ${state}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[state]} />
    </svg>
  );
}

export function StateBadge({ state, text = state }: { readonly state: State; readonly text?: string }) {
  return (
    <span class={`state ${state}`}>
      <StateIcon state={state} />
      {text}
    </span>
  );
}

/** How many checks are in each state. */
export type StateCounts = Readonly<Record<State, number>>;

/** How many checks failed, warned and passed; nothing for a state without checks. */
export function CheckCounts({ checks }: { readonly checks: StateCounts }) {
  return (
    <>
      {(["failed", "warned", "passed"] as const)
        .filter((state) => checks[state] > 0)
        .map((state) => (
          <span class={`state ${state}`}>
            <StateIcon state={state} />
            {checks[state].toLocaleString("en")}
            <span class="word"> {state}</span>
          </span>
        ))}
    </>
  );
}
