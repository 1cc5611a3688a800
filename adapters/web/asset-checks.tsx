/** @jsxImportSource hono/jsx */
import type { AssetKey } from "../../core/index.ts";
import type { EventMark } from "../../storage/index.ts";
import type { CallersLog } from "../http/callers-log.ts";
import { Ago } from "./ago.tsx";
import { eventsPath } from "./asset-path.ts";
import { type Evaluation, readEvaluations } from "./evaluations.ts";
import { Description } from "./event-table.tsx";
import { FoldedMetadata } from "./metadata-list.tsx";
import { pageBudget } from "./page-budget.ts";
import { StateBadge, stateOf } from "./state.tsx";
import { Strip, stripLength } from "./strip.tsx";
import { NameText } from "./user-text.tsx";

const mostChecks = 60;

export interface CheckWithHistory {
  readonly latest: Evaluation;
  /** Newest first. */
  readonly history: readonly EventMark[];
}

/** The checks of an asset, with each of their partitions, and their last evaluations: those that fail first. */
export async function readChecks(log: CallersLog, assetKey: AssetKey): Promise<readonly CheckWithHistory[]> {
  const [{ checks }, [failing = []]] = await Promise.all([
    log.checks(assetKey, { limit: mostChecks }),
    log.failingChecks([assetKey], mostChecks),
  ]);
  const failed = await readEvaluations(
    log,
    failing.map(({ id }) => id),
  );
  const passed = checks.map(({ latestEvaluation }) => latestEvaluation).filter(({ passed }) => passed);
  const shown = [...failed, ...passed].slice(0, mostChecks);
  const histories = await log.checkHistories(shown, stripLength);
  return shown.map((latest, i) => ({ latest, history: histories[i]?.evaluations ?? [] }));
}

interface AssetChecksProps {
  readonly checks: readonly CheckWithHistory[];
  readonly now: number;
}

export function AssetChecks({ checks, now }: AssetChecksProps) {
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
          {checks.map(({ latest, history }) => (
            <tr>
              <td>
                <StateBadge state={stateOf(latest)} />
              </td>
              <th scope="row">
                <CheckLink check={latest} />
                <span class="soft">
                  {latest.partition !== null && (
                    <>
                      partition <NameText text={latest.partition} most={60} />,{" "}
                    </>
                  )}
                  <Ago time={latest.timestamp} now={now} />
                </span>
                <Description event={latest} />
                <FoldedMetadata event={latest} now={now} />
              </th>
              <td>
                <Strip marks={history} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Leads to all evaluations of a check, of its partition alone where it has one. */
export function CheckLink({ check: { id, assetKey, checkName, partition } }: { readonly check: Evaluation }) {
  const length = assetKey.reduce((sum, part) => sum + part.length + 1, checkName.length + (partition?.length ?? 0));
  const filters = { check_name: checkName, ...(partition !== null && { partition }) };
  const href = pageBudget().address(length, () => eventsPath(assetKey, filters));
  return (
    <a class="check-name" href={href ?? `/events/${id}`} title={href === undefined ? undefined : "All its evaluations"}>
      <NameText text={checkName} most={80} />
    </a>
  );
}
