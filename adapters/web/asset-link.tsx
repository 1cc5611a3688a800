/** @jsxImportSource hono/jsx */
import type { AssetKey } from "../../core/index.ts";
import { assetPath } from "./asset-path.ts";
import { cut } from "./user-text.tsx";

interface AssetNameProps {
  readonly assetKey: AssetKey;
  /** How many of the first parts are left out, since a heading has them. */
  readonly from?: number;
}

const mostCharacters = 120;

/** A key, its last part to be read first. */
export function AssetName({ assetKey, from = 0 }: AssetNameProps) {
  const parts = assetKey.slice(from);
  return (
    <>
      {parts.map((part, i) =>
        i === parts.length - 1 ? (
          <bdi class="leaf">{part === "" ? "(empty)" : cut(part, mostCharacters)}</bdi>
        ) : (
          <span class="parent">
            <bdi>{cut(part, mostCharacters)}</bdi>/
          </span>
        ),
      )}
    </>
  );
}

export function AssetLink({ assetKey, from = 0 }: AssetNameProps) {
  return (
    <a class="asset" href={assetPath(assetKey)}>
      <AssetName assetKey={assetKey} from={from} />
    </a>
  );
}
