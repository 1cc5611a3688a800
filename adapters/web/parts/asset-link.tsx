/** @jsxImportSource hono/jsx */
import type { AssetKey } from "../../../core/index.ts";
import { assetPath } from "./asset-path.ts";
import { pageBudget } from "./page-budget.ts";
import { Breakable } from "./user-text.tsx";
import { visibleName } from "./visible-text.ts";

interface AssetNameProps {
  readonly assetKey: AssetKey;
  /** How many of the first parts are left out, because a heading has them. */
  readonly from?: number;
}

const mostCharacters = 120;
const mostParts = 8;

/** A key, with emphasis on its last part. If it has many parts, only the last few are shown. */
export function AssetName({ assetKey, from = 0 }: AssetNameProps) {
  const parts = assetKey.slice(from);
  const shown = parts.slice(-mostParts);
  return (
    <>
      {shown.length < parts.length && <span class="parent">…/</span>}
      {shown.map((part, i) =>
        i === shown.length - 1 ? (
          <bdi class="leaf">{part === "" ? "(empty)" : <Part part={part} />}</bdi>
        ) : (
          <span class="parent">
            <bdi>
              <Part part={part} />
            </bdi>
            /
          </span>
        ),
      )}
    </>
  );
}

function Part({ part }: { readonly part: string }) {
  const { text, isCut } = pageBudget().cut(part, mostCharacters, visibleName);
  return <Breakable text={isCut ? `${text}…` : text} />;
}

interface AssetLinkProps extends AssetNameProps {
  /** An event of the asset. It is linked instead if the key is too long for the budget of the page. */
  readonly eventId?: number | undefined;
}

export function AssetLink({ assetKey, from = 0, eventId }: AssetLinkProps) {
  const length = assetKey.reduce((sum, part) => sum + part.length + 1, 0);
  const eventPath = eventId === undefined ? undefined : `/events/${eventId}`;
  const href = pageBudget().address(length, () => assetPath(assetKey)) ?? eventPath;
  const name = <AssetName assetKey={assetKey} from={from} />;
  return href === undefined ? (
    <span class="asset">{name}</span>
  ) : (
    <a class="asset" href={href}>
      {name}
    </a>
  );
}
