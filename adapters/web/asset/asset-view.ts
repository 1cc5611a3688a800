import type { Definition } from "../../../core/definitions/definition.ts";
import { type AssetKey, formatAssetKey, parseAssetKey, type RecordedEvent } from "../../../core/index.ts";
import { percentDecode } from "../../../core/percent-decode.ts";
import type { AssetMark, DefinitionRecord, PartitionMark } from "../../../storage/index.ts";
import { mayDo } from "../../http/access/caller.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import type { ScopedDefinitions } from "../../http/definitions/scoped-definitions.ts";
import { HttpError } from "../../http/http-error.ts";
import { boundedQueryOf } from "../../http/query-parameters.ts";
import { rawPath } from "../../http/request.ts";
import { type AssetAlerts, readAssetAlerts } from "../alerts/alerts-view.ts";
import { type CheckList, readChecks } from "../checks/read-checks.ts";
import type { PageContext } from "../page/page.tsx";
import { neverReported } from "../parts/asset-facts.tsx";
import { readValid, withQuery } from "../parts/page-query.ts";
import { cut } from "../parts/visible-text.ts";
import { detailsOf } from "../values/event-details.ts";
import type { JsonPart } from "../values/json-part.ts";
import { plotted, type Series, seriesOf } from "../values/series.ts";
import {
  type History,
  type RangeName,
  rangeIn,
  readHistory,
  type VersionChange,
  versionChanges,
} from "./asset-history.ts";
import { type ExpectedView, readExpected } from "./expected-view.ts";
import { type FreshnessView, readFreshness } from "./freshness-view.ts";
import { countCells, mostPartitions } from "./partition-cells.ts";

const mostEvents = 10;
const mostOfPartition = 25;

/** Everything that the page of an asset shows. */
export interface AssetView {
  readonly mark: AssetMark;
  /** The definition that holds for it. */
  readonly definition: Definition | undefined;
  /** What its freshness policy says of it. */
  readonly freshness: FreshnessView | undefined;
  /** The alerts that fire of it. */
  readonly alerts: AssetAlerts;
  /** The address of the page with its valid parameters. */
  readonly url: string;
  /** The errors of the other parameters, by name. */
  readonly wrong: ReadonlyMap<string, string>;
  readonly range: RangeName;
  readonly history: History;
  /** The latest materialization and the latest observation. */
  readonly latest: readonly (RecordedEvent | null | undefined)[];
  readonly description: JsonPart | undefined;
  readonly series: readonly Series[];
  /** The first of the series. */
  readonly plots: readonly Series[];
  readonly changes: readonly VersionChange[];
  readonly checks: CheckList | undefined;
  readonly partitions: PartitionsView | undefined;
  /** The partition that the page is about, with its events, newest first. */
  readonly selected: { readonly partition: string; readonly events: readonly RecordedEvent[] } | undefined;
  /** The newest events of the asset, unless a partition is selected. */
  readonly events: readonly RecordedEvent[];
  readonly mayWipe: boolean;
}

export interface PartitionsView {
  /** Undefined where no definition says which partitions there should be. */
  readonly expected: ExpectedView | undefined;
  readonly marks: readonly PartitionMark[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
  /** The address of the same page with an element for each cell; undefined if this is that page. */
  readonly wholePath: string | undefined;
}

/** Reads the asset that the address names. Rejects with HttpError 404 if it has neither events nor a definition of its own. */
export async function readAssetView(context: PageContext): Promise<AssetView> {
  const { url: address, log, definitions, watching, caller, now } = context;
  const { mark, record } = await findAsset(log, definitions, keyIn(address));
  const key = mark.assetKey;
  const isPartitioned = mark.counts.partitions > 0 || record?.definition.partitions != null;
  const { query: range, valid, wrong } = readValid(address, (url) => rangeIn(boundedQueryOf(url)));
  const url = `/?${valid}`;
  const partition = valid.get("partition") ?? undefined;
  const [history, newest, checks, partitions, ofPartition, freshness, alerts] = await Promise.all([
    readHistory(log, key, range, now),
    partition === undefined ? readNewest(log, { assetKey: key }, mostEvents) : [],
    mark.counts.checkEvaluations === 0 ? undefined : readChecks(log, key, valid.get("checks") ?? undefined),
    isPartitioned ? readPartitions(log, key, url, valid, { record, now }) : undefined,
    partition === undefined ? [] : readNewest(log, { assetKey: key, partition }, mostOfPartition),
    readFreshness(watching, record, { key, now }),
    readAssetAlerts(watching, key),
  ]);
  const read = new Map([...history.events, ...newest].map((event) => [event.id, event]));
  const latest = await Promise.all(
    [mark.latestMaterialization, mark.latestObservation].map(
      (found) => found && (read.get(found.id) ?? log.get(found.id)),
    ),
  );
  const series = seriesOf(history.events);
  return {
    mark,
    definition: record?.definition,
    freshness,
    alerts,
    url,
    wrong,
    range,
    history,
    latest,
    description:
      latest.map((event) => event && detailsOf(event).description).find((found) => found != null) ?? undefined,
    series,
    plots: plotted(series),
    changes: versionChanges(history),
    checks,
    partitions,
    selected: partition === undefined ? undefined : { partition, events: ofPartition },
    events: newest,
    mayWipe: mayDo(caller, "admin") && Object.values(mark.counts).some((count) => count > 0),
  };
}

interface FoundAsset {
  readonly mark: AssetMark;
  readonly record: DefinitionRecord | undefined;
}

/** Finds the asset with this key or, if the address ends with a slash too many, with the key before it. */
async function findAsset(log: ScopedEventLog, definitions: ScopedDefinitions, key: AssetKey): Promise<FoundAsset> {
  const find = async (key: AssetKey): Promise<FoundAsset | undefined> => {
    const [[mark], record] = await Promise.all([log.marksOf([key]), definitions.definitionFor(key)]);
    const isDefined = record?.definition.key !== undefined;
    return mark === undefined && !isDefined ? undefined : { mark: mark ?? neverReported(key), record };
  };
  const found = await find(key);
  if (found !== undefined) return found;
  const before = key.length > 1 && key.at(-1) === "" ? await find(key.slice(0, -1)) : undefined;
  if (before !== undefined) return before;
  throw new HttpError(404, `There is no asset ${cut(formatAssetKey(key), 200)}: nothing reported it.`);
}

/** The key in the address. Like the API it splits first and decodes after, so that `%2F` stays inside a part. */
function keyIn(url: string): AssetKey {
  const asked = boundedQueryOf(url).get("asset_key");
  const path = rawPath(url);
  const parts =
    asked === null ? path.slice("/assets/".length).split("/").map(percentDecode) : (parseAssetKey(asked) ?? []);
  if (parts.some((part) => part !== "")) return parts;
  throw new HttpError(404, "There is no asset with an empty key.");
}

async function readNewest(
  log: ScopedEventLog,
  filter: { readonly assetKey: AssetKey; readonly partition?: string },
  limit: number,
): Promise<readonly RecordedEvent[]> {
  return (await log.query(filter, { limit, order: "desc" })).events;
}

/** Reads as many partitions as fit the page. */
async function readPartitions(
  log: ScopedEventLog,
  key: AssetKey,
  url: string,
  valid: URLSearchParams,
  { record, now }: { readonly record: DefinitionRecord | undefined; readonly now: number },
): Promise<PartitionsView> {
  const wholePath = valid.has("cells") ? undefined : `${withQuery(url, { cells: "each" })}#partitions`;
  const from = valid.get("partitions") ?? undefined;
  let page = await log.partitionMarks(key, { limit: mostPartitions, cursor: from });
  const limit = countCells(page.partitions, wholePath === undefined);
  if (limit < page.partitions.length) page = await log.partitionMarks(key, { limit, cursor: from });
  const { partitions: marks, cursor, hasMore } = page;
  const isAll = from === undefined && !hasMore;
  const expected = isAll ? await readExpected(log, record, { marks, key, now }) : undefined;
  return { marks, cursor, hasMore, wholePath, expected };
}
