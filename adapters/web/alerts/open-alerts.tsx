/** @jsxImportSource hono/jsx */
import type { Alert } from "../../../storage/index.ts";
import { Ago } from "../parts/ago.tsx";
import { StateBadge } from "../parts/state.tsx";
import { NameText } from "../parts/user-text.tsx";
import { alertState, reasonText } from "./alert-words.ts";
import type { AssetAlerts } from "./alerts-view.ts";

interface OpenAlertsProps {
  readonly alerts: AssetAlerts;
  readonly now: number;
}

/** The alerts of one asset that fire. */
export function OpenAlerts({ alerts: { alerts, hasMore }, now }: OpenAlertsProps) {
  return (
    <section id="alerts" aria-label="Alerts" data-swap hidden={alerts.length === 0}>
      {alerts.length > 0 && (
        <>
          <h2>
            Alerts <a href="/alerts">all alerts</a>
          </h2>
          <ul class="open-alerts">
            {alerts.map((alert) => (
              <OpenAlert alert={alert} now={now} />
            ))}
          </ul>
          {hasMore && <p class="soft">The newest {alerts.length} of this asset.</p>}
        </>
      )}
    </section>
  );
}

function OpenAlert({ alert, now }: { readonly alert: Alert; readonly now: number }) {
  const { state, text } = alertState(alert);
  const { partition, checkName, eventId, since, mutedUntil } = alert;
  return (
    <li>
      <StateBadge state={state} text={text} />
      {checkName !== null && (
        <b>
          <NameText text={checkName} most={80} />{" "}
        </b>
      )}
      {partition !== null && (
        <>
          partition <NameText text={partition} most={60} />{" "}
        </>
      )}
      <span class="soft">
        since <Ago time={since} now={now} />
      </span>{" "}
      {reasonText(alert)}{" "}
      {eventId !== null && (
        <a class="soft" href={`/events/${eventId}`}>
          event {eventId}
        </a>
      )}
      {mutedUntil !== null && (
        <span class="soft">
          {" muted, ends "}
          <Ago time={mutedUntil} now={now} />
        </span>
      )}
    </li>
  );
}
