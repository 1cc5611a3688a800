import { type AssetKey, formatAssetKey } from "../../core/index.ts";
import type { AssetRecord } from "../../storage/index.ts";
import { apiPath } from "./asset-path.ts";
import { UserText } from "./user-text.tsx";

interface WipeFormProps {
  readonly assetKey: AssetKey;
  readonly record: AssetRecord;
}

/** Wipes an asset by the API, after its name was typed. It is there for those with a script alone. */
export function WipeForm({ assetKey, record: { counts } }: WipeFormProps) {
  const events = counts.materializations + counts.observations + counts.checkEvaluations;
  const name = formatAssetKey(assetKey);
  // Nobody types ten thousand characters, or what looks like nothing.
  const word = /^[\x21-\x7e]{1,60}$/.test(name) ? name : "wipe";
  return (
    <details class="wipe" id="wipe" hidden>
      <summary>Wipe this asset…</summary>
      <form data-wipe={apiPath("assets", assetKey)} data-word={word}>
        <p>
          All {events.toLocaleString("en")} events of <UserText text={name} most={80} /> are gone from then on, for
          everybody, and nothing brings them back. A trace says that they were wiped.
        </p>
        <label>
          Type <code>{word}</code> to confirm <input name="word" autocomplete="off" spellcheck={false} required />
        </label>
        <button type="submit">Wipe</button>
        <output class="failed" />
      </form>
    </details>
  );
}
