/** @jsxImportSource hono/jsx */
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import type { AssetMark, AssetState } from "../../../storage/index.ts";
import { Ago } from "../parts/ago.tsx";
import { AssetLink, AssetName } from "../parts/asset-link.tsx";
import { rowId } from "../parts/asset-path.ts";
import { CheckCounts, type StateCounts } from "../parts/state.tsx";
import { Strip } from "../parts/strip.tsx";
import { pageBudget } from "../values/page-budget.ts";
import { NameText } from "../values/user-text.tsx";
import type { Line } from "./catalog-list.ts";
import type { GroupRow } from "./catalog-rows.ts";

interface GroupProps {
  readonly row: GroupRow<AssetState>;
  readonly isWhole: boolean;
  /** The parameters of this page without prefix and cursor. */
  readonly page: URLSearchParams;
  readonly now: number;
}

/** A prefix with the number of assets below it: above their rows if it is open, else instead of them. */
export function Group({ row: { prefix, from, depth, assets, isOpen }, isWhole, page, now }: GroupProps) {
  const count = (
    <span class="soft count">
      {assets.length.toLocaleString("en")}
      {!isWhole && "+"}
    </span>
  );
  const failures = <CheckCounts checks={failuresOf(assets)} />;
  if (isOpen) {
    return (
      <tr class="group" id={rowId("g", prefix)} data-depth={depth}>
        <th scope="colgroup" colspan={6} class={indent(depth)}>
          <FoldButton prefix={prefix} />
          <PrefixLink prefix={prefix} from={from} page={page} /> {count}
          <span class="folded-state">{failures}</span>
        </th>
      </tr>
    );
  }
  const latest = assets.reduce<number>((latest, asset) => Math.max(latest, asset.latest ?? never), never);
  return (
    <tr class="group closed" id={rowId("g", prefix)} data-depth={depth}>
      <th scope="row" class={indent(depth)}>
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M6 4l4 4-4 4" />
        </svg>
        <PrefixLink prefix={prefix} from={from} page={page} /> {count}
      </th>
      <td class="wide" />
      <td class="when">{latest === never ? <span class="soft">never</span> : <Ago time={latest} now={now} />}</td>
      <td>{failures}</td>
      <td class="wide" />
      <td class="wide" />
    </tr>
  );
}

function FoldButton({ prefix }: { readonly prefix: AssetKey }) {
  const { text } = pageBudget().cut(formatAssetKey(prefix), 120);
  return (
    <button type="button" class="fold scripted" aria-label={`Assets below ${text}`} aria-expanded="true">
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M4 6l4 4 4-4" />
      </svg>
    </button>
  );
}

interface PrefixLinkProps {
  readonly prefix: AssetKey;
  readonly from: number;
  /** The parameters of this page without prefix and cursor. */
  readonly page: URLSearchParams;
}

function PrefixLink({ prefix, from, page }: PrefixLinkProps) {
  const length = prefix.reduce((sum, part) => sum + part.length + 3, 0);
  const href = pageBudget().address(length, () => {
    const query = new URLSearchParams(page);
    query.set("prefix", JSON.stringify(prefix));
    return `?${query}`;
  });
  const name = <AssetName assetKey={prefix} from={from} />;
  return href === undefined ? <span>{name}</span> : <a href={href}>{name}</a>;
}

export function failuresOf(assets: readonly AssetState[]): StateCounts {
  const sum = (state: "warned" | "failed") => assets.reduce((sum, asset) => sum + asset[state], 0);
  return { passed: 0, warned: sum("warned"), failed: sum("failed") };
}

interface AssetLineProps {
  readonly asset: Line;
  readonly from: number;
  readonly depth: number;
  readonly now: number;
}

/** A row with the state of an asset. */
export function AssetLine({ asset, from, depth, now }: AssetLineProps) {
  const { assetKey, marks, checks, counts, dataVersion, latestMaterialization, latestObservation } = asset;
  const isObserved = (latestObservation?.timestamp ?? never) > (latestMaterialization?.timestamp ?? never);
  const latest = isObserved ? latestObservation : latestMaterialization;
  return (
    <tr id={rowId("a", assetKey)} data-depth={depth}>
      <th scope="row" class={indent(depth)}>
        <AssetLink assetKey={assetKey} from={from} eventId={marks[0]?.id} />
      </th>
      <td class="wide">
        <Strip marks={marks} />
      </td>
      <td class="when">
        {latest === null ? (
          <span class="soft">never</span>
        ) : (
          <>
            {isObserved && <span class="soft">seen </span>}
            <Ago time={latest.timestamp} now={now} />
          </>
        )}
      </td>
      <td>
        <CheckCounts checks={checks} />
      </td>
      <td class="wide number">{counts.partitions === 0 ? "" : partitionCount(asset)}</td>
      <td class="wide version">{dataVersion !== null && <NameText text={dataVersion} most={40} />}</td>
    </tr>
  );
}

/** How many partitions an asset has, with a plus if there may be more. */
export function partitionCount({ counts, hasMorePartitions }: AssetMark): string {
  return counts.partitions.toLocaleString("en") + (hasMorePartitions ? "+" : "");
}

const never = Number.NEGATIVE_INFINITY;

function indent(depth: number): string {
  return `indent-${Math.min(depth, 6)}`;
}
