/** @jsxImportSource hono/jsx */
import { formatAssetKey } from "../../../core/index.ts";
import type { Mute } from "../../../storage/index.ts";
import { Ago } from "../parts/ago.tsx";
import { NameText } from "../parts/user-text.tsx";
import { alertsForm, unmuteValue } from "./alert-forms.ts";
import type { AlertsView } from "./alerts-view.ts";

/** The list of current mutes, with the tokens that muted. */
export function Mutes({ view, now }: { readonly view: AlertsView; readonly now: number }) {
  const { mutes, hasMoreMutes, mayChange } = view;
  if (mutes.length === 0) return null;
  return (
    <section id="mutes" aria-labelledby="mutes-title">
      <h2 id="mutes-title">Muted</h2>
      <ul class="mutes">
        {mutes.map((mute) => (
          <li>
            <Name mute={mute} />{" "}
            <span class="soft">
              ends <Ago time={mute.until} now={now} />
              {mute.by !== null && (
                <>
                  {", by "}
                  <NameText text={mute.by} most={60} />
                </>
              )}
            </span>
            {mayChange && <Unmute mute={mute} />}
          </li>
        ))}
      </ul>
      {hasMoreMutes && (
        <p class="soft">
          The first {mutes.length}. <code>runless mute</code> has the others.
        </p>
      )}
    </section>
  );
}

function Name({ mute: { name } }: { readonly mute: Mute }) {
  const isPrefix = name.prefix !== undefined;
  return (
    <>
      <b>
        <NameText text={formatAssetKey(name.prefix ?? name.assetKey)} most={100} />
      </b>
      {isPrefix && " and all below"}
    </>
  );
}

function Unmute({ mute }: { readonly mute: Mute }) {
  const value = unmuteValue(mute.name);
  return value === undefined ? null : (
    <button type="submit" form={alertsForm} name="unmute" value={value}>
      Unmute
    </button>
  );
}
