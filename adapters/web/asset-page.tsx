/** @jsxImportSource hono/jsx */
import type { AssetKey, RecordedEvent } from "../../core/index.ts";
import { formatAssetKey, parseAssetKey } from "../../core/index.ts";
import { percentDecode } from "../../core/percent-decode.ts";
import type { AssetRecord } from "../../storage/index.ts";
import type { CallersLog } from "../http/callers-log.ts";
import { HttpError } from "../http/http-error.ts";
import { boundedQueryOf } from "../http/query-parameters.ts";
import { rawPath } from "../http/request-path.ts";
import { mayDo } from "../tokens/caller.ts";
import { Ago } from "./ago.tsx";
import { AssetChecks, readChecks } from "./asset-checks.tsx";
import { readHistory, seriesOf, versionChanges } from "./asset-history.ts";
import { assetJsonPath, assetPath, eventsPath } from "./asset-path.ts";
import { checkStates } from "./check-states.ts";
import { EventTable } from "./event-table.tsx";
import { Fact, MetadataSection } from "./metadata-section.tsx";
import type { Page } from "./page.tsx";
import { withQuery } from "./page-query.ts";
import { mostPartitions, PartitionGrid } from "./partition-grid.tsx";
import { Plots } from "./plots.tsx";
import { CheckCounts } from "./state.tsx";
import type { StaticFileName } from "./static-files.ts";
import { Timeline } from "./timeline.tsx";
import { cut, UserText } from "./user-text.tsx";
import { streamPath, type Visit } from "./visit.ts";
import { WipeForm } from "./wipe-form.tsx";

const mostEvents = 10;
const mostOfPartition = 25;
const mostVersions = 8;
const mostPlots = 24;

/** All that is known of one asset. */
export async function assetPage(visit: Visit): Promise<Page> {
  const { url, log, caller, now } = visit;
  const key = keyIn(url);
  const record = await log.asset(key);
  if (record === undefined)
    throw new HttpError(404, `There is no asset ${cut(formatAssetKey(key), 200)}: nothing reported it.`);
  const query = boundedQueryOf(url);
  const selected = query.get("partition") ?? undefined;
  const cursor = query.get("partitions") ?? undefined;
  const wholePath = query.has("cells") ? undefined : `${withQuery(url, { cells: "each" })}#partitions`;
  const [history, { checks, failing }, partitions, ofPartition] = await Promise.all([
    readHistory(log, key),
    record.counts.checkEvaluations === 0 ? { checks: [], failing: [] } : readChecks(log, key),
    record.counts.partitions === 0 ? undefined : log.partitionMarks(key, { limit: mostPartitions, cursor }),
    selected === undefined ? undefined : eventsOf(log, key, selected),
  ]);
  const series = seriesOf(history);
  const changes = versionChanges(history);
  const { latestMaterialization, latestObservation, dataVersion, counts } = record;
  const latest = newest(latestMaterialization, latestObservation);
  const description = latestMaterialization?.description ?? latestObservation?.description ?? null;
  const checked = checks.length > 0 && <AssetChecks assetKey={key} checks={checks} now={now} />;
  const body = (
    <div class="asset-page">
      <div class="head" id="head" data-swap>
        <p class="crumbs">
          <a href="/">Assets</a>
          {key.slice(0, -1).map((part, i) => (
            <>
              {" / "}
              <a href={`/?${new URLSearchParams({ prefix: JSON.stringify(key.slice(0, i + 1)) })}`}>
                <UserText text={part} most={80} />
              </a>
            </>
          ))}
        </p>
        <h1>
          <UserText text={key.at(-1) ?? ""} most={300} />
        </h1>
        <dl class="facts">
          <Fact name={latest?.type === "ASSET_OBSERVATION" ? "Latest observation" : "Latest materialization"}>
            {latest === undefined ? "never" : <Ago time={latest.timestamp} now={now} />}
            {latest?.partition != null && (
              <span class="soft">
                {" "}
                <UserText text={latest.partition} most={60} />
              </span>
            )}
          </Fact>
          {dataVersion !== null && (
            <Fact name="Data version">
              <UserText text={dataVersion} most={60} />
            </Fact>
          )}
          {record.checks.length > 0 && (
            <Fact name="Checks">
              <CheckCounts checks={checkStates(record, failing)} />
            </Fact>
          )}
          {counts.materializations > 0 && (
            <Fact name="Materializations">{counts.materializations.toLocaleString("en")}</Fact>
          )}
          {counts.observations > 0 && <Fact name="Observations">{counts.observations.toLocaleString("en")}</Fact>}
          {counts.partitions > 0 && <Fact name="Partitions">{counts.partitions.toLocaleString("en")}</Fact>}
        </dl>
        {description !== null && (
          <p class="description">
            <UserText text={description} most={1000} />
          </p>
        )}
        <Timeline events={history} now={now} />
      </div>

      <div class="columns">
        <div id="values" data-swap>
          {failing.length > 0 && checked}
          {[latestMaterialization, latestObservation].map(
            (event) => event !== null && <MetadataSection event={event} series={series} now={now} />,
          )}
          {failing.length === 0 && checked}
        </div>
        {(series.length > 0 || changes.length > 0) && (
          <div>
            {series.length > 0 && (
              <section id="plots" aria-labelledby="plots-title">
                <h2 id="plots-title">Over time</h2>
                <Plots all={series.slice(0, mostPlots)} />
                {series.length > mostPlots && (
                  <p class="soft">
                    The first {mostPlots} of {series.length} numbers.
                  </p>
                )}
              </section>
            )}
            {changes.length > 0 && (
              <section id="versions" aria-labelledby="versions-title" data-swap>
                <h2 id="versions-title">Data versions</h2>
                <ol class="versions">
                  {changes.slice(0, mostVersions).map(({ version, event }) => (
                    <li>
                      <code>
                        <UserText text={version} most={60} />
                      </code>{" "}
                      <span class="soft">
                        since <Ago time={event.timestamp} now={now} />
                      </span>
                    </li>
                  ))}
                </ol>
              </section>
            )}
          </div>
        )}
      </div>

      {partitions !== undefined && (
        <section id="partitions" aria-labelledby="partitions-title" data-swap>
          <h2 id="partitions-title">
            Partitions <span class="soft">{counts.partitions.toLocaleString("en")}</span>
          </h2>
          <PartitionGrid
            assetKey={key}
            marks={partitions.partitions}
            selected={selected}
            now={now}
            wholePath={wholePath}
          />
          {partitions.hasMore && (
            <p class="soft">
              <a href={`${assetPath(key, { partitions: partitions.cursor ?? "" })}#partitions`}>
                The next {mostPartitions.toLocaleString("en")}
              </a>
            </p>
          )}
        </section>
      )}

      {selected !== undefined && (
        <section id="partition" aria-labelledby="partition-title">
          <h2 id="partition-title">
            Partition <UserText text={selected} most={100} /> <a href={assetPath(key)}>all partitions</a>
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
            <EventTable events={history.slice(0, mostEvents)} now={now} withAsset={false} known={description} />
          </div>
          <nav class="pager" aria-label="More of this asset">
            <a href={eventsPath(key)}>All events</a>
            <a href={assetJsonPath(key)}>This asset as JSON</a>
          </nav>
        </section>
      )}
      {mayDo(caller, "admin") && <WipeForm assetKey={key} record={record} />}
    </div>
  );
  const stream = streamPath(visit, { asset_key: JSON.stringify(key) });
  const files: StaticFileName[] = [];
  if (partitions !== undefined) files.push("grid.js");
  if (series.length > 0) files.push("plots.js");
  return { title: cut(formatAssetKey(key), 100), place: "assets", body, stream, files };
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

async function eventsOf(log: CallersLog, assetKey: AssetKey, partition: string): Promise<readonly RecordedEvent[]> {
  return (await log.query({ assetKey, partition }, { limit: mostOfPartition, order: "desc" })).events;
}

function newest(...events: AssetRecord["latestMaterialization"][]): RecordedEvent | undefined {
  return events.flatMap((event) => event ?? []).sort((a, b) => b.timestamp - a.timestamp)[0];
}
