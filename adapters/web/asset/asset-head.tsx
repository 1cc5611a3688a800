/** @jsxImportSource hono/jsx */
import type { AssetKey, RecordedEvent } from "../../../core/index.ts";
import { Ago } from "../parts/ago.tsx";
import { Fact, partitionCount } from "../parts/asset-facts.tsx";
import { pageBudget } from "../parts/page-budget.ts";
import { CheckCounts } from "../parts/state.tsx";
import { BreakableName, LinesText, NameText } from "../parts/user-text.tsx";
import { linesOf } from "../values/json-part.ts";
import type { AssetView } from "./asset-view.ts";
import { DefinitionFacts } from "./definition-facts.tsx";
import { FreshnessSummary } from "./freshness-summary.tsx";
import { Timeline } from "./timeline.tsx";

const mostCrumbs = 8;
const mostDescribed = 1000;
/** A name up to this length, such as a day or an hour, stays on one line. In characters. */
const mostUnbroken = 25;

interface AssetHeadProps {
  readonly view: AssetView;
  readonly now: number;
}

/** The name of an asset, with its latest state and its timeline. */
export function AssetHead({ view, now }: AssetHeadProps) {
  const { mark, history, description, url } = view;
  const { materializations, observations, checkEvaluations } = mark.counts;
  return (
    <div class="head" id="head" data-swap>
      <Crumbs assetKey={mark.assetKey} />
      <h1>
        <BreakableName text={mark.assetKey.at(-1) ?? ""} most={300} />
      </h1>
      <Facts view={view} now={now} />
      {view.freshness !== undefined && <FreshnessSummary view={view.freshness} now={now} />}
      {view.definition !== undefined && <DefinitionFacts definition={view.definition} />}
      {description && (
        <p class="description">
          <LinesText text={linesOf(description, mostDescribed)} most={mostDescribed} />
        </p>
      )}
      <Timeline history={history} now={now} url={url} total={materializations + observations + checkEvaluations} />
    </div>
  );
}

function Crumbs({ assetKey }: { readonly assetKey: AssetKey }) {
  return (
    <p class="crumbs">
      <a href="/">Assets</a>
      {assetKey.length > mostCrumbs && " / …"}
      {assetKey.slice(0, -1).map((part, i) =>
        i < assetKey.length - mostCrumbs ? null : (
          <>
            {" / "}
            <Crumb prefix={assetKey.slice(0, i + 1)} part={part} />
          </>
        ),
      )}
    </p>
  );
}

interface CrumbProps {
  readonly prefix: AssetKey;
  readonly part: string;
}

function Crumb({ prefix, part }: CrumbProps) {
  const length = prefix.reduce((sum, part) => sum + part.length + 3, 0);
  const path = () => `/?${new URLSearchParams({ prefix: JSON.stringify(prefix) })}`;
  return (
    <a href={pageBudget().address(length, path) ?? "/"}>
      <NameText text={part} most={80} />
    </a>
  );
}

function Facts({ view: { mark, latest: events }, now }: AssetHeadProps) {
  const { counts, dataVersion } = mark;
  const latest = newest(events);
  return (
    <dl class="facts">
      <Fact name={latest?.type === "ASSET_OBSERVATION" ? "Latest observation" : "Latest materialization"}>
        {latest === undefined ? "never" : <Ago time={latest.timestamp} now={now} />}
        {latest?.partition != null && (
          <span class={latest.partition.length <= mostUnbroken ? "soft whole" : "soft"}>
            {" "}
            <NameText text={latest.partition} most={60} />
          </span>
        )}
      </Fact>
      {dataVersion !== null && (
        <Fact name="Data version">
          <NameText text={dataVersion} most={60} />
        </Fact>
      )}
      {counts.checkEvaluations > 0 && (
        <Fact name="Checks">
          <CheckCounts checks={mark.checks} />
        </Fact>
      )}
      {counts.materializations > 0 && (
        <Fact name="Materializations">{counts.materializations.toLocaleString("en")}</Fact>
      )}
      {counts.observations > 0 && <Fact name="Observations">{counts.observations.toLocaleString("en")}</Fact>}
      {counts.partitions > 0 && <Fact name="Partitions">{partitionCount(mark)}</Fact>}
    </dl>
  );
}

function newest(events: readonly (RecordedEvent | null | undefined)[]): RecordedEvent | undefined {
  return events.flatMap((event) => event ?? []).sort((a, b) => b.timestamp - a.timestamp)[0];
}
