/** @jsxImportSource hono/jsx */
import type { AssetCheckEvaluation, AssetKey, RecordedEvent } from "../../core/index.ts";
import type { CheckRecord } from "../../storage/index.ts";
import type { CallersLog } from "../http/callers-log.ts";
import { Ago } from "./ago.tsx";
import { eventsPath } from "./asset-path.ts";
import { FoldedMetadata } from "./metadata-list.tsx";
import { StateBadge, stateOf } from "./state.tsx";
import { markOf, Strip, stripLength } from "./strip.tsx";
import { UserText } from "./user-text.tsx";

const mostChecks = 60;
const mostEvaluations = 500;

export interface CheckWithHistory extends CheckRecord {
  /** Newest first. */
  readonly history: readonly (RecordedEvent & AssetCheckEvaluation)[];
}

/** The checks of an asset, those that fail first, each with its last evaluations. */
export async function readChecks(log: CallersLog, assetKey: AssetKey): Promise<readonly CheckWithHistory[]> {
  const [{ checks }, { events }] = await Promise.all([
    log.checks(assetKey, { limit: 1000 }),
    log.query({ assetKey, type: "ASSET_CHECK_EVALUATION" }, { limit: mostEvaluations, order: "desc" }),
  ]);
  const evaluations = events.filter((event) => event.type === "ASSET_CHECK_EVALUATION");
  return checks
    .toSorted((a, b) => Number(a.latestEvaluation.passed) - Number(b.latestEvaluation.passed))
    .slice(0, mostChecks)
    .map((check) => ({
      ...check,
      history: evaluations
        .filter(({ checkName, partition }) => checkName === check.checkName && partition === check.partition)
        .slice(0, stripLength),
    }));
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
