/** @jsxImportSource hono/jsx */
import type { AssetFreshness } from "../../../storage/index.ts";
import { Ago } from "../parts/ago.tsx";
import { Fact } from "../parts/asset-facts.tsx";
import { FreshnessBadge, worstFirst, ZonedTime, zonedText } from "../parts/freshness.tsx";
import { NameText } from "../parts/user-text.tsx";
import type { FreshnessView } from "./freshness-view.ts";

interface FreshnessSummaryProps {
  readonly view: FreshnessView;
  readonly now: number;
}

/** Whether an asset is on time, since when, why, and when it is due next. */
export function FreshnessSummary({ view, now }: FreshnessSummaryProps) {
  const { freshness, policy, missed, next, zone } = view;
  const why = whyText(view);
  return (
    <dl class="facts freshness" id="freshness">
      <Fact name="Freshness">
        {freshness === undefined ? (
          <span class="soft">not judged yet</span>
        ) : (
          <>
            <FreshnessBadge state={freshness.state} />
            <span class="soft">
              since <Ago time={freshness.since} now={now} />
            </span>
          </>
        )}
      </Fact>
      {why !== undefined && <Fact name="Why">{why}</Fact>}
      {freshness?.partitions && (
        <Fact name="Watched partitions">
          <PartitionStates partitions={freshness.partitions} />
        </Fact>
      )}
      {freshness !== undefined && (
        <Fact name="Last report that counted">
          {freshness.lastAt === null ? "none yet" : <Ago time={freshness.lastAt} now={now} />}
        </Fact>
      )}
      {missed !== null && (
        <Fact name="Missed deadline">
          <ZonedTime time={missed} zone={zone} />
        </Fact>
      )}
      {next !== null && (
        <Fact name="Next deadline">
          <ZonedTime time={next} zone={zone} />
        </Fact>
      )}
      <Fact name="Policy">
        <PolicyText policy={policy} isWindowed={view.isWindowed} />
      </Fact>
    </dl>
  );
}

function PartitionStates({ partitions }: { readonly partitions: NonNullable<AssetFreshness["partitions"]> }) {
  return (
    <>
      {worstFirst
        .filter((state) => (partitions[state] ?? 0) > 0)
        .map((state) => (
          <FreshnessBadge state={state} count={partitions[state] ?? 0} />
        ))}
    </>
  );
}

/** What a state follows from, in a sentence; undefined for an asset that is on time. */
function whyText({ freshness, policy, missed, zone }: FreshnessView): string | undefined {
  if (freshness === undefined || freshness.state === "PASS") return undefined;
  const { state, lastAt, deadline, partitions } = freshness;
  if (partitions !== null) {
    if (state === "UNKNOWN") return "No watched partition is due yet.";
    const count = partitions[state] ?? 0;
    return `${count.toLocaleString("en")} watched ${count === 1 ? "partition is" : "partitions are"} ${state === "FAIL" ? "late" : "late soon"}.`;
  }
  if (policy.type === "cron") {
    if (state === "UNKNOWN") return "Its first deadline is still to come.";
    const at = deadline === null || missed === null ? "its deadline" : `the deadline of ${zonedText(deadline, zone)}`;
    if (state === "WARN") return `Nothing came for ${at} yet. It is late ${policy.grace ?? "0s"} after that.`;
    return `Nothing came for ${at}, neither in the ${policy.lower_bound_delta} before it nor since.`;
  }
  const never = "Nothing has come since it was defined";
  if (state === "UNKNOWN") return `${never}. It has ${policy.fail_window} for that.`;
  if (state === "WARN") {
    return `${lastAt === null ? never : `Nothing came for ${policy.warn_window ?? "long"}`}. It is late at ${policy.fail_window}.`;
  }
  return lastAt === null ? `${never}.` : `Nothing came for ${policy.fail_window}.`;
}

function PolicyText({ policy, isWindowed }: Pick<FreshnessView, "policy" | "isWindowed">) {
  const counts = policy.counts?.includes("observation") === true ? "; observations count too" : "";
  if (policy.type === "time_window") {
    const warns = policy.warn_window === undefined ? "" : `, late soon from ${policy.warn_window} on`;
    if (isWindowed) return <>{`each partition within ${policy.fail_window} of the end of its window${warns}`}</>;
    return <>{`one at least every ${policy.fail_window}${warns}${counts}`}</>;
  }
  const { deadline_cron, lower_bound_delta, grace, timezone = "UTC" } = policy;
  return (
    <>
      {"by "}
      <code>
        <NameText text={deadline_cron} most={100} />
      </code>
      {` in ${timezone}, at most ${lower_bound_delta} before${grace === undefined ? "" : `, ${grace} of grace`}${counts}`}
    </>
  );
}
