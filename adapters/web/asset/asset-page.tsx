/** @jsxImportSource hono/jsx */
import type { AssetKey, RecordedEvent } from "../../../core/index.ts";
import { formatAssetKey, parseAssetKey } from "../../../core/index.ts";
import { percentDecode } from "../../../core/percent-decode.ts";
import type { AssetMark } from "../../../storage/index.ts";
import { mayDo } from "../../http/access/caller.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import { HttpError } from "../../http/http-error.ts";
import { boundedQueryOf } from "../../http/query-parameters.ts";
import { rawPath } from "../../http/request.ts";
import { partitionCount } from "../catalog/catalog-line.tsx";
import { AssetChecks, readChecks } from "../checks/asset-checks.tsx";
import { EventTable, mostDescribed as mostOfEvent } from "../events/event-table.tsx";
import { type Page, type PageContext, streamPath } from "../page.tsx";
import { readValid, withQuery } from "../page-query.ts";
import { Ago } from "../parts/ago.tsx";
import { assetJsonPath, assetPath, eventsPath } from "../parts/asset-path.ts";
import { InvalidFilters } from "../parts/controls.tsx";
import { CheckCounts } from "../parts/state.tsx";
import type { StaticFileName } from "../static-files.ts";
import { detailsOf } from "../values/event-details.ts";
import { linesOf, textOf } from "../values/json-part.ts";
import { pageBudget } from "../values/page-budget.ts";
import { TableSchemas } from "../values/table-schema.tsx";
import { BreakableName, LinesText, NameText } from "../values/user-text.tsx";
import { cut } from "../values/visible-text.ts";
import { rangeIn, readHistory, seriesOf, versionChanges } from "./asset-history.ts";
import { Fact, MetadataSection } from "./metadata-section.tsx";
import { countCells, mostPartitions, PartitionGrid } from "./partition-grid.tsx";
import { Plots, plotted } from "./plots.tsx";
import { Timeline } from "./timeline.tsx";
import { WipeForm } from "./wipe-form.tsx";

const mostEvents = 10;
const mostOfPartition = 25;
const mostVersions = 8;
const mostCrumbs = 8;
const mostDescribed = 1000;
/** Characters of a name, as of a day or an hour, that stay on one line. */
const mostUnbroken = 25;

/** All that is known of one asset. */
export async function assetPage(visit: PageContext): Promise<Page> {
  const { log, caller, now } = visit;
  const mark = await findMark(log, keyIn(visit.url));
  const key = mark.assetKey;
  const { query: range, said: query, wrong } = readValid(visit.url, (valid) => rangeIn(boundedQueryOf(valid)));
  // Links are to what is right.
  const url = `/?${query}`;
  const selected = query.get("partition") ?? undefined;
  const cursor = query.get("partitions") ?? undefined;
  const wholePath = query.has("cells") ? undefined : `${withQuery(url, { cells: "each" })}#partitions`;
  const { counts, dataVersion } = mark;
  const [history, newestEvents, checks, partitions, ofPartition] = await Promise.all([
    readHistory(log, key, range, now),
    selected === undefined ? log.query({ assetKey: key }, { limit: mostEvents, order: "desc" }) : undefined,
    counts.checkEvaluations === 0 ? undefined : readChecks(log, key, query.get("checks") ?? undefined),
    counts.partitions === 0 ? undefined : readCells(log, key, cursor, wholePath === undefined),
    selected === undefined ? undefined : eventsOf(log, key, selected),
  ]);
  const events = newestEvents?.events ?? [];
  const read = new Map([...history.events, ...events].map((event) => [event.id, event]));
  const [latestMaterialization, latestObservation] = await Promise.all(
    [mark.latestMaterialization, mark.latestObservation].map(
      (found) => found && (read.get(found.id) ?? log.get(found.id)),
    ),
  );
  const series = seriesOf(history.events);
  const plots = plotted(series);
  const changes = versionChanges(history);
  const latest = newest(latestMaterialization, latestObservation);
  const description = [latestMaterialization, latestObservation]
    .map((event) => event && detailsOf(event).description)
    .find((found) => found != null);
  const known = description ? textOf(description, mostOfEvent) : null;
  const isFailing = mark.checks.failed + mark.checks.warned > 0;
  const checked = checks && checks.checks.length > 0 && (
    <AssetChecks assetKey={key} list={checks} counts={mark.checks} now={now} />
  );
  const body = (
    <div class="asset-page">
      {wrong.size > 0 && <InvalidFilters wrong={wrong} />}
      <div class="head" id="head" data-swap>
        <p class="crumbs">
          <a href="/">Assets</a>
          {key.length > mostCrumbs && " / …"}
          {key.slice(0, -1).map((part, i) =>
            i < key.length - mostCrumbs ? null : (
              <>
                {" / "}
                <Crumb prefix={key.slice(0, i + 1)} part={part} />
              </>
            ),
          )}
        </p>
        <h1>
          <BreakableName text={key.at(-1) ?? ""} most={300} />
        </h1>
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
        {description && (
          <p class="description">
            <LinesText text={linesOf(description, mostDescribed)} most={mostDescribed} />
          </p>
        )}
        <Timeline history={history} now={now} url={url} total={totalOf(counts)} />
      </div>

      <div class="columns">
        <div id="values" data-swap>
          {isFailing && checked}
          {[latestMaterialization, latestObservation].map(
            (event) => event && <MetadataSection event={event} series={series} now={now} />,
          )}
          {!isFailing && checked}
        </div>
        {(series.length > 0 || changes.length > 0) && (
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
                  {changes.slice(0, mostVersions).map(({ version, event, known }) => (
                    <li>
                      <code>
                        <NameText text={version} most={60} />
                      </code>{" "}
                      <span class="soft">
                        {known} <Ago time={event.timestamp} now={now} />
                      </span>
                    </li>
                  ))}
                </ol>
              </section>
            )}
          </div>
        )}
      </div>

      <TableSchemas events={[latestMaterialization, latestObservation].flatMap((event) => event ?? [])} />

      {partitions !== undefined && (
        <section id="partitions" aria-labelledby="partitions-title" data-swap>
          <h2 id="partitions-title">
            Partitions <span class="soft">{partitionCount(mark)}</span>
          </h2>
          <PartitionGrid
            assetKey={key}
            marks={partitions.partitions}
            selected={selected}
            now={now}
            wholePath={wholePath}
            range={range}
          />
          {partitions.hasMore && (
            <p class="soft">
              <a
                href={`${assetPath(key, { partitions: partitions.cursor ?? "", ...(range !== "all" && { range }) })}#partitions`}
              >
                {partitions.partitions.length < mostPartitions
                  ? "The next ones"
                  : `The next ${mostPartitions.toLocaleString("en")}`}
              </a>
            </p>
          )}
        </section>
      )}

      {selected !== undefined && (
        <section id="partition" aria-labelledby="partition-title">
          <h2 id="partition-title">
            Partition <NameText text={selected} most={100} />{" "}
            <a href={withQuery(url, { partition: null })}>all partitions</a>
          </h2>
          {ofPartition === undefined || ofPartition.length === 0 ? (
            <p class="none">Nothing was reported of it.</p>
          ) : (
            <EventTable events={ofPartition} now={now} withAsset={false} />
          )}
        </section>
      )}

      {selected === undefined && (
        <section aria-labelledby="events-title">
          <h2 id="events-title">Events</h2>
          <div id="list" data-swap>
            <EventTable events={events} now={now} withAsset={false} known={known} />
          </div>
          <nav class="pager" aria-label="More of this asset">
            <a href={eventsPath(key)}>All events</a>
            <a href={assetJsonPath(key)}>This asset as JSON</a>
          </nav>
        </section>
      )}
      {mayDo(caller, "admin") && <WipeForm assetKey={key} counts={counts} />}
    </div>
  );
  const stream = streamPath(visit, { asset_key: JSON.stringify(key) });
  const files: StaticFileName[] = [];
  if (partitions !== undefined) files.push("grid.js");
  if (series.length > 0) files.push("plots.js");
  const status = wrong.size > 0 ? 400 : 200;
  return { title: cut(formatAssetKey(key), 100), place: "assets", body, status, stream, files };
}

/** Of the asset with this key or, for an address that ends with a slash too many, the key before it. Throws HttpError. */
async function findMark(log: ScopedEventLog, key: AssetKey): Promise<AssetMark> {
  const [found] = await log.marksOf([key]);
  if (found !== undefined) return found;
  const [before] = key.length > 1 && key.at(-1) === "" ? await log.marksOf([key.slice(0, -1)]) : [];
  if (before !== undefined) return before;
  throw new HttpError(404, `There is no asset ${cut(formatAssetKey(key), 200)}: nothing reported it.`);
}

function totalOf({ materializations, observations, checkEvaluations }: AssetMark["counts"]): number {
  return materializations + observations + checkEvaluations;
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

/** As many partitions as a page has room for. */
async function readCells(log: ScopedEventLog, key: AssetKey, cursor: string | undefined, isWhole: boolean) {
  const page = await log.partitionMarks(key, { limit: mostPartitions, cursor });
  const limit = countCells(page.partitions, isWhole);
  return limit === page.partitions.length ? page : await log.partitionMarks(key, { limit, cursor });
}

/** Split first and decoded after, as the API does it: `%2F` stays inside a part. Throws HttpError. */
function keyIn(url: string): AssetKey {
  const asked = boundedQueryOf(url).get("asset_key");
  const path = rawPath(url);
  const parts =
    asked === null ? path.slice("/assets/".length).split("/").map(percentDecode) : (parseAssetKey(asked) ?? []);
  if (parts.some((part) => part !== "")) return parts;
  throw new HttpError(404, "There is no asset with an empty key.");
}

async function eventsOf(log: ScopedEventLog, assetKey: AssetKey, partition: string): Promise<readonly RecordedEvent[]> {
  return (await log.query({ assetKey, partition }, { limit: mostOfPartition, order: "desc" })).events;
}

function newest(...events: readonly (RecordedEvent | null | undefined)[]): RecordedEvent | undefined {
  return events.flatMap((event) => event ?? []).sort((a, b) => b.timestamp - a.timestamp)[0];
}
