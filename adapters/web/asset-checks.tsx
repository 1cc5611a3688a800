/** @jsxImportSource hono/jsx */
import type { AssetCheckEvaluation, AssetKey, RecordedEvent } from "../../core/index.ts";
import type { CheckRecord, FailingCheck } from "../../storage/index.ts";
import type { CallersLog } from "../http/callers-log.ts";
import { Ago } from "./ago.tsx";
import { eventsPath } from "./asset-path.ts";
import { mostFailing } from "./check-states.ts";
import { FoldedMetadata } from "./metadata-list.tsx";
import { StateBadge, stateOf } from "./state.tsx";
import { markOf, Strip, stripLength } from "./strip.tsx";
import { UserText } from "./user-text.tsx";

const mostChecks = 60;
const mostEvaluations = 500;

export interface CheckWithHistory extends Pick<CheckRecord, "checkName" | "partition" | "latestEvaluation"> {
  /** Newest first. */
  readonly history: readonly (RecordedEvent & AssetCheckEvaluation)[];
}

export interface ChecksOfAsset {
  /** Those that fail first. */
  readonly checks: readonly CheckWithHistory[];
  readonly failing: readonly FailingCheck[];
}

/** The checks of an asset, with each of their partitions, and their last evaluations. */
export async function readChecks(log: CallersLog, assetKey: AssetKey): Promise<ChecksOfAsset> {
  const [{ checks }, [failing = []], { events }] = await Promise.all([
    log.checks(assetKey, { limit: mostChecks }),
    log.failingChecks([assetKey], mostFailing),
    log.query({ assetKey, type: "ASSET_CHECK_EVALUATION" }, { limit: mostEvaluations, order: "desc" }),
  ]);
  const evaluations = events.filter(isEvaluation);
  const failed = (await Promise.all(failing.slice(0, mostChecks).map(({ id }) => log.get(id)))).filter(isEvaluation);
  const passed = checks.map(({ latestEvaluation }) => latestEvaluation).filter(({ passed }) => passed);
  const shown = [...failed, ...passed].slice(0, mostChecks).map((latestEvaluation) => {
    const { checkName, partition } = latestEvaluation;
    const history = evaluations
      .filter((event) => event.checkName === checkName && event.partition === partition)
      .slice(0, stripLength);
    return { checkName, partition, latestEvaluation, history };
  });
  return { checks: shown, failing };
}

/** Also of what was wiped between two reads. */
export function isEvaluation(event: RecordedEvent | undefined): event is RecordedEvent & AssetCheckEvaluation {
  return event?.type === "ASSET_CHECK_EVALUATION";
}

interface AssetChecksProps {
  readonly assetKey: AssetKey;
  readonly checks: readonly CheckWithHistory[];
  readonly now: number;
}

export function AssetChecks({ assetKey, checks, now }: AssetChecksProps) {
  return (
    <section id="checks" aria-labelledby="checks-title">
      <h2 id="checks-title">Checks</h2>
      <table class="checks">
        <thead class="hidden">
          <tr>
            <th scope="col">State</th>
            <th scope="col">Check</th>
            <th scope="col">Last evaluations</th>
          </tr>
        </thead>
        <tbody>
          {checks.map(({ checkName, partition, latestEvaluation: latest, history }) => (
            <tr>
              <td>
                <StateBadge state={stateOf(latest)} />
              </td>
              <th scope="row">
                <a
                  class="check-name"
                  href={eventsPath(assetKey, { check_name: checkName, ...(partition !== null && { partition }) })}
                  title="All its evaluations"
                >
                  <UserText text={checkName} most={80} />
                </a>
                <span class="soft">
                  {partition !== null && (
                    <>
                      partition <UserText text={partition} most={60} />,{" "}
                    </>
                  )}
                  <Ago time={latest.timestamp} now={now} />
                </span>
                {latest.description !== null && (
                  <p>
                    <UserText text={latest.description} most={300} />
                  </p>
                )}
                <FoldedMetadata metadata={latest.metadata} now={now} />
              </th>
              <td>
                <Strip marks={history.map(markOf)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
