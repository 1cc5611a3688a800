/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { AssetState } from "../../../storage/index.ts";
import { Ago } from "../parts/ago.tsx";
import { partitionCount } from "../parts/asset-facts.tsx";
import { FreshnessBadge } from "../parts/freshness.tsx";
import { CheckCounts, type StateCounts } from "../parts/state.tsx";
import { Strip, stripLength } from "../parts/strip.tsx";
import { NameText } from "../parts/user-text.tsx";
import type { Line, Row } from "./catalog-list.ts";

/** A column beside the names: its head, and its cells in the rows of assets and of closed groups. */
export interface Column {
  readonly head: Child;
  /** Not shown on a phone. */
  readonly isWide?: true;
  readonly headClass?: string;
  readonly cellClass?: string;
  readonly ofAsset: (asset: Line, now: number) => Child;
  /** Default: an empty cell. */
  readonly ofGroup?: (assets: readonly AssetState[], now: number) => Child;
}

/** Left out where no asset of the page is watched. */
const freshness: Column = {
  head: "Freshness",
  headClass: "freshness",
  cellClass: "freshness",
  ofAsset: ({ freshness }) => freshness !== undefined && <FreshnessBadge state={freshness.state} />,
};

const columns: readonly Column[] = [
  {
    head: `Last ${stripLength} reports`,
    isWide: true,
    ofAsset: ({ marks }) => <Strip marks={marks} />,
  },
  {
    head: "Latest",
    cellClass: "when",
    ofAsset: (asset, now) => <Latest asset={asset} now={now} />,
    ofGroup: (assets, now) => {
      const latest = assets.reduce<number>((latest, asset) => Math.max(latest, asset.latest ?? never), never);
      return latest === never ? <span class="soft">never</span> : <Ago time={latest} now={now} />;
    },
  },
  freshness,
  {
    head: "Checks",
    ofAsset: ({ checks }) => <CheckCounts checks={checks} />,
    ofGroup: (assets) => <CheckCounts checks={failuresOf(assets)} />,
  },
  {
    head: "Partitions",
    isWide: true,
    headClass: "number",
    cellClass: "number",
    ofAsset: (asset) => (asset.counts.partitions === 0 ? "" : partitionCount(asset)),
  },
  {
    head: "Data version",
    isWide: true,
    cellClass: "version",
    ofAsset: ({ dataVersion }) => dataVersion !== null && <NameText text={dataVersion} most={40} />,
  },
];

/** The columns of a page beside the names. */
export function columnsOf(rows: readonly Row[]): readonly Column[] {
  const isWatched = rows.some((row) => "asset" in row && row.asset.freshness !== undefined);
  return isWatched ? columns : columns.filter((column) => column !== freshness);
}

interface ColumnsProps {
  readonly columns: readonly Column[];
}

/** The heads of all columns. */
export function Heads({ columns }: ColumnsProps) {
  return (
    <tr>
      <th scope="col">Asset</th>
      {columns.map((column) => (
        <th scope="col" class={classOf(column, column.headClass)}>
          {column.head}
        </th>
      ))}
    </tr>
  );
}

/** The cells of an asset behind its name. */
export function AssetCells({ asset, now, columns }: ColumnsProps & { readonly asset: Line; readonly now: number }) {
  return (
    <>
      {columns.map((column) => (
        <td class={classOf(column, column.cellClass)}>{column.ofAsset(asset, now)}</td>
      ))}
    </>
  );
}

interface GroupCellsProps extends ColumnsProps {
  readonly assets: readonly AssetState[];
  readonly now: number;
}

/** The cells of a closed group behind its prefix. */
export function GroupCells({ assets, now, columns }: GroupCellsProps) {
  return (
    <>
      {columns.map((column) => (
        <td class={classOf(column, column.cellClass)}>{column.ofGroup?.(assets, now)}</td>
      ))}
    </>
  );
}

function classOf({ isWide }: Column, own: string | undefined): string | undefined {
  return [isWide && "wide", own].filter(Boolean).join(" ") || undefined;
}

function Latest({ asset, now }: { readonly asset: Line; readonly now: number }) {
  const { latestMaterialization, latestObservation } = asset;
  const isObserved = (latestObservation?.timestamp ?? never) > (latestMaterialization?.timestamp ?? never);
  const latest = isObserved ? latestObservation : latestMaterialization;
  if (latest === null) return <span class="soft">never</span>;
  return (
    <>
      {isObserved && <span class="soft">seen </span>}
      <Ago time={latest.timestamp} now={now} />
    </>
  );
}

export function failuresOf(assets: readonly AssetState[]): StateCounts {
  const sum = (state: "warned" | "failed") => assets.reduce((sum, asset) => sum + asset[state], 0);
  return { passed: 0, warned: sum("warned"), failed: sum("failed") };
}

const never = Number.NEGATIVE_INFINITY;
