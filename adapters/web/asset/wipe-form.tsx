/** @jsxImportSource hono/jsx */

import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import type { AssetRecord } from "../../../storage/index.ts";
import { wipeWord } from "../parts/asset-path.ts";
import { NameText } from "../parts/user-text.tsx";

interface WipeFormProps {
  readonly assetKey: AssetKey;
  readonly counts: AssetRecord["counts"];
}

/** A form that wipes an asset once its name is typed. */
export function WipeForm({ assetKey, counts }: WipeFormProps) {
  const events = counts.materializations + counts.observations + counts.checkEvaluations;
  const word = wipeWord(assetKey);
  return (
    <details class="wipe">
      <summary>Wipe this asset…</summary>
      <form method="post" action={`/wipe?${new URLSearchParams({ asset_key: JSON.stringify(assetKey) })}`}>
        <p>
          All {events.toLocaleString("en")} events of <NameText text={formatAssetKey(assetKey)} most={80} /> are gone
          from then on, for everybody, and nothing brings them back. A trace says that they were wiped.
        </p>
        <label>
          Type <code>{word}</code> to confirm{" "}
          <input
            name="word"
            pattern={word.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&")}
            title={word}
            autocomplete="off"
            spellcheck={false}
            required
          />
        </label>
        <button type="submit">Wipe</button>
      </form>
    </details>
  );
}
