/** @jsxImportSource hono/jsx */
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import type { AssetState } from "../../../storage/index.ts";
import { AssetLink, AssetName } from "../parts/asset-link.tsx";
import { rowId } from "../parts/asset-path.ts";
import { pageBudget } from "../parts/page-budget.ts";
import { CheckCounts } from "../parts/state.tsx";
import { AssetCells, type Column, failuresOf, GroupCells } from "./catalog-columns.tsx";
import type { Line } from "./catalog-list.ts";
import type { GroupRow } from "./catalog-rows.ts";

interface GroupProps {
  readonly row: GroupRow<AssetState>;
  readonly isWhole: boolean;
  /** The parameters of this page without prefix and cursor. */
  readonly page: URLSearchParams;
  readonly now: number;
  readonly columns: readonly Column[];
}

/** A prefix with the number of assets below it: above their rows if it is open, else instead of them. */
export function Group({ row, isWhole, page, now, columns }: GroupProps) {
  const { prefix, from, depth, assets, isOpen } = row;
  const count = (
    <span class="soft count">
      {assets.length.toLocaleString("en")}
      {!isWhole && "+"}
    </span>
  );
  if (isOpen) {
    return (
      <tr class="group" id={rowId("g", prefix)} data-depth={depth}>
        <th scope="colgroup" colspan={columns.length + 1} class={indent(depth)}>
          <FoldButton prefix={prefix} />
          <PrefixLink prefix={prefix} from={from} page={page} /> {count}
          <span class="folded-state">
            <CheckCounts checks={failuresOf(assets)} />
          </span>
        </th>
      </tr>
    );
  }
  return (
    <tr class="group closed" id={rowId("g", prefix)} data-depth={depth}>
      <th scope="row" class={indent(depth)}>
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M6 4l4 4-4 4" />
        </svg>
        <PrefixLink prefix={prefix} from={from} page={page} /> {count}
      </th>
      <GroupCells assets={assets} now={now} columns={columns} />
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

interface AssetLineProps {
  readonly asset: Line;
  readonly from: number;
  readonly depth: number;
  readonly now: number;
  readonly columns: readonly Column[];
}

/** A row with the state of an asset. */
export function AssetLine({ asset, from, depth, now, columns }: AssetLineProps) {
  const { assetKey, marks } = asset;
  return (
    <tr id={rowId("a", assetKey)} data-depth={depth}>
      <th scope="row" class={indent(depth)}>
        <AssetLink assetKey={assetKey} from={from} eventId={marks[0]?.id} />
      </th>
      <AssetCells asset={asset} now={now} columns={columns} />
    </tr>
  );
}

function indent(depth: number): string {
  return `indent-${Math.min(depth, 6)}`;
}
