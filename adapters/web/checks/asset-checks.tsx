/** @jsxImportSource hono/jsx */
import type { AssetKey } from "../../../core/index.ts";
import type { AssetMark } from "../../../storage/index.ts";
import { Description } from "../events/event-table.tsx";
import { Ago } from "../parts/ago.tsx";
import { assetPath, eventsPath, rowId } from "../parts/asset-path.ts";
import { pageBudget } from "../parts/page-budget.ts";
import { StateBadge, stateOf } from "../parts/state.tsx";
import { Strip } from "../parts/strip.tsx";
import { BreakableName, NameText } from "../parts/user-text.tsx";
import { FoldedMetadata } from "../values/metadata-list.tsx";
import { type CheckList, type CheckWithHistory, checksPerPage, type Evaluation, everyCheck } from "./read-checks.ts";

interface AssetChecksProps {
  readonly assetKey: AssetKey;
  readonly list: CheckList;
  readonly mark: AssetMark;
  readonly now: number;
}

export function AssetChecks({ assetKey, list, mark, now }: AssetChecksProps) {
  const { checks, part, cursor } = list;
  const { checks: counts, hasMoreChecks } = mark;
  const total = counts.failed + counts.warned + counts.passed;
  const number = total.toLocaleString("en") + (hasMoreChecks ? "+" : "");
  const pathOf = (page: string) => `${assetPath(assetKey, { checks: page })}#checks`;
  return (
    <section id="checks" aria-labelledby="checks-title">
      <h2 id="checks-title">
        Checks <span class="soft">{number}</span>
      </h2>
      {part === "first" && (
        <p class="soft">
          The first {checks.length}, those that fail before the others.{" "}
          <a href={pathOf(everyCheck)}>{total === 1 ? "All of its partitions" : `All ${number} by name`}</a>
        </p>
      )}
      {part === "named" && (
        <p class="soft">
          By name{checks.length > 1 && <NameRange checks={checks} />}.{" "}
          <a href={`${assetPath(assetKey)}#checks`}>Those that fail first</a>
        </p>
      )}
      <table class="checks">
        <thead class="hidden">
          <tr>
            <th scope="col">State</th>
            <th scope="col">Check</th>
            <th scope="col">Last evaluations</th>
          </tr>
        </thead>
        <tbody data-rows>
          {checks.map((check) => (
            <CheckRow check={check} now={now} />
          ))}
        </tbody>
      </table>
      {part === "named" && cursor !== null && (
        <nav class="pager" aria-label="Pages of checks">
          <a href={pathOf(cursor)}>Next {checksPerPage} checks</a>
        </nav>
      )}
    </section>
  );
}

function NameRange({ checks }: { readonly checks: readonly CheckWithHistory[] }) {
  return (
    <>
      , <NameText text={checks[0]?.latest.checkName ?? ""} most={40} /> to{" "}
      <NameText text={checks.at(-1)?.latest.checkName ?? ""} most={40} />
    </>
  );
}

function CheckRow({ check: { latest, history }, now }: { readonly check: CheckWithHistory; readonly now: number }) {
  return (
    <tr id={rowId("c", [JSON.stringify([latest.checkName, latest.partition])])}>
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
  );
}

/** Links to all evaluations of a check, or of one of its partitions. */
export function CheckLink({ check: { id, assetKey, checkName, partition } }: { readonly check: Evaluation }) {
  const length = assetKey.reduce((sum, part) => sum + part.length + 1, checkName.length + (partition?.length ?? 0));
  const filters = { check_name: checkName, ...(partition !== null && { partition }) };
  const href = pageBudget().address(length, () => eventsPath(assetKey, filters));
  return (
    <a class="check-name" href={href ?? `/events/${id}`} title={href === undefined ? undefined : "All its evaluations"}>
      <BreakableName text={checkName} most={80} />
    </a>
  );
}
