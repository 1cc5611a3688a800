/** @jsxImportSource hono/jsx */
import { formatAssetKey } from "../../../core/index.ts";
import { OpenAlerts } from "../alerts/open-alerts.tsx";
import { AssetChecks } from "../checks/asset-checks.tsx";
import { EventTable, mostDescribed as mostOfEvent } from "../events/event-table.tsx";
import { MetadataSection } from "../events/metadata-section.tsx";
import { type Page, type PageContext, streamPath } from "../page/page.tsx";
import type { StaticFileName } from "../page/static-files.ts";
import { Ago } from "../parts/ago.tsx";
import { partitionCount } from "../parts/asset-facts.tsx";
import { assetJsonPath, assetPath, eventsPath } from "../parts/asset-path.ts";
import { InvalidFilters } from "../parts/controls.tsx";
import { withQuery } from "../parts/page-query.ts";
import { NameText } from "../parts/user-text.tsx";
import { cut } from "../parts/visible-text.ts";
import { textOf } from "../values/json-part.ts";
import { TableSchemas } from "../values/table-schema.tsx";
import { AssetHead } from "./asset-head.tsx";
import type { VersionChange } from "./asset-history.ts";
import { type AssetView, type PartitionsView, readAssetView } from "./asset-view.ts";
import type { FreshnessView } from "./freshness-view.ts";
import { mostPartitions } from "./partition-cells.ts";
import { PartitionGrid } from "./partition-grid.tsx";
import { Plots } from "./plots.tsx";
import { WipeForm } from "./wipe-form.tsx";

const mostVersions = 8;
const noneWatched: FreshnessView["partitions"] = new Map();

/** Everything that is known of one asset. */
export async function assetPage(context: PageContext): Promise<Page> {
  const view = await readAssetView(context);
  const key = view.mark.assetKey;
  const files: StaticFileName[] = [];
  if (view.partitions !== undefined) files.push("grid.js");
  if (view.series.length > 0) files.push("plots.js");
  return {
    title: cut(formatAssetKey(key), 100),
    section: "assets",
    body: <AssetBody view={view} now={context.now} />,
    status: view.wrong.size > 0 ? 400 : 200,
    stream: streamPath(context, { asset_key: JSON.stringify(key) }),
    files,
  };
}

interface ViewProps {
  readonly view: AssetView;
  readonly now: number;
}

function AssetBody({ view, now }: ViewProps) {
  const { mark, wrong, partitions, latest } = view;
  return (
    <div class="asset-page">
      {wrong.size > 0 && <InvalidFilters wrong={wrong} />}
      <AssetHead view={view} now={now} />
      <OpenAlerts alerts={view.alerts} now={now} />
      <div class="columns">
        <Values view={view} now={now} />
        <Trends view={view} now={now} />
      </div>
      <TableSchemas events={latest.flatMap((event) => event ?? [])} />
      {partitions !== undefined && <Partitions view={view} partitions={partitions} now={now} />}
      {view.selected === undefined ? (
        <NewestEvents view={view} now={now} />
      ) : (
        <SelectedPartition url={view.url} selected={view.selected} now={now} />
      )}
      {view.mayWipe && <WipeForm assetKey={mark.assetKey} counts={mark.counts} />}
    </div>
  );
}

/** The latest metadata, and the checks, which come first if one of them fails or warns. */
function Values({ view: { mark, checks, latest, series }, now }: ViewProps) {
  const isFailing = mark.checks.failed + mark.checks.warned > 0;
  const checked = checks && checks.checks.length > 0 && (
    <AssetChecks assetKey={mark.assetKey} list={checks} mark={mark} now={now} />
  );
  return (
    <div id="values" data-swap>
      {isFailing && checked}
      {latest.map((event) => event && <MetadataSection event={event} series={series} now={now} />)}
      {!isFailing && checked}
    </div>
  );
}

/** Numbers and data versions over time. */
function Trends({ view: { series, plots, changes, history }, now }: ViewProps) {
  if (series.length === 0 && changes.length === 0) return null;
  return (
    <div>
      {series.length > 0 && (
        <section id="plots" aria-labelledby="plots-title">
          <h2 id="plots-title">
            Over time <span class="soft">times are UTC</span>
          </h2>
          <Plots all={plots} isWhole={history.isWhole} />
          {series.length > plots.length && <p class="soft">The first {plots.length} of the numbers.</p>}
        </section>
      )}
      {changes.length > 0 && (
        <section id="versions" aria-labelledby="versions-title" data-swap>
          <h2 id="versions-title">
            Data versions{" "}
            {!history.isWhole && (
              <span class="soft">
                of {history.events.length.toLocaleString("en")} of {history.reports.toLocaleString("en")} reports
              </span>
            )}
          </h2>
          <ol class="versions">
            {changes.slice(0, mostVersions).map((change) => (
              <Version change={change} now={now} />
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

function Version({ change, now }: { readonly change: VersionChange; readonly now: number }) {
  const { version, event, known } = change;
  return (
    <li>
      <code>
        <NameText text={version} most={60} />
      </code>{" "}
      <span class="soft">
        {known} <Ago time={event.timestamp} now={now} />
      </span>
    </li>
  );
}

interface PartitionsProps extends ViewProps {
  readonly partitions: PartitionsView;
}

function Partitions({ view: { mark, selected, range, freshness }, partitions, now }: PartitionsProps) {
  const { marks, cursor, hasMore, wholePath, expected } = partitions;
  const next = { partitions: cursor ?? "", ...(range !== "all" && { range }) };
  return (
    <section id="partitions" aria-labelledby="partitions-title" data-swap>
      <h2 id="partitions-title">
        Partitions <span class="soft">{partitionCount(mark)}</span>
      </h2>
      <PartitionGrid
        assetKey={mark.assetKey}
        marks={marks}
        expected={expected}
        watched={freshness?.partitions ?? noneWatched}
        selected={selected?.partition}
        now={now}
        wholePath={wholePath}
        range={range}
      />
      {hasMore && (
        <p class="soft">
          <a href={`${assetPath(mark.assetKey, next)}#partitions`}>
            {marks.length < mostPartitions ? "The next ones" : `The next ${mostPartitions.toLocaleString("en")}`}
          </a>
        </p>
      )}
    </section>
  );
}

interface SelectedPartitionProps {
  readonly url: string;
  readonly selected: NonNullable<AssetView["selected"]>;
  readonly now: number;
}

function SelectedPartition({ url, selected: { partition, events }, now }: SelectedPartitionProps) {
  return (
    <section id="partition" aria-labelledby="partition-title">
      <h2 id="partition-title">
        Partition <NameText text={partition} most={100} />{" "}
        <a href={withQuery(url, { partition: null })}>all partitions</a>
      </h2>
      {events.length === 0 ? (
        <p class="none">Nothing was reported of it.</p>
      ) : (
        <EventTable events={events} now={now} withAsset={false} />
      )}
    </section>
  );
}

function NewestEvents({ view: { mark, events, description }, now }: ViewProps) {
  const known = description ? textOf(description, mostOfEvent) : null;
  return (
    <section aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      <div id="list" data-swap>
        {events.length === 0 ? (
          <p class="soft">None yet.</p>
        ) : (
          <EventTable events={events} now={now} withAsset={false} known={known} />
        )}
      </div>
      <nav class="pager" aria-label="More of this asset">
        <a href={eventsPath(mark.assetKey)}>All events</a>
        <a href={assetJsonPath(mark.assetKey)}>This asset as JSON</a>
      </nav>
    </section>
  );
}
