/** @jsxImportSource hono/jsx */
import { type Page, type PageContext, streamPath } from "../page/page.tsx";
import { Choice, Field, InvalidFilters, Pager } from "../parts/controls.tsx";
import { pageBudget } from "../parts/page-budget.ts";
import { withQuery } from "../parts/page-query.ts";
import { StateBadge } from "../parts/state.tsx";
import { alertsForm } from "./alert-forms.ts";
import { AlertsTable } from "./alerts-table.tsx";
import { type AlertsView, readAlertsView } from "./alerts-view.ts";
import { Mutes } from "./mutes.tsx";

/** The page of alerts: those that fire, or those that were resolved, since when, and why. */
export async function alertsPage(context: PageContext): Promise<Page> {
  const view = await readAlertsView(context);
  return {
    title: "Alerts",
    section: "alerts",
    body: <AlertsBody view={view} url={context.url} now={context.now} />,
    stream: streamPath(context),
    // Events alone are not enough: a check fires a moment after its event, and mutes end without one.
    refreshSeconds: 15,
    status: view.wrong.size > 0 ? 400 : 200,
    files: ["filters.js"],
  };
}

interface AlertsBodyProps {
  readonly view: AlertsView;
  readonly url: string;
  readonly now: number;
}

function AlertsBody({ view, url, now }: AlertsBodyProps) {
  const { query, prefix, wrong, rows, page, cursor, counts, mayChange } = view;
  return (
    <>
      <form class="filters" id="filters" action="/alerts">
        <h1 class="said-nowhere-else">Alerts</h1>
        <Choice name="status" label="Status" value={query.status} any="Firing" options={[["resolved", "Resolved"]]} />
        <Choice
          name="kind"
          label="Kind"
          value={query.kind}
          any="Late or failing"
          options={[
            ["freshness", "Late"],
            ["check", "Failing checks"],
          ]}
        />
        <Field name="prefix" label="Key prefix" value={prefix} isWrong={wrong.has("prefix")} />
        <button type="submit" class="plain">
          Apply
        </button>
      </form>
      <InvalidFilters wrong={wrong} />
      <div id="list" data-swap>
        {counts !== undefined && counts.length > 0 && <Total counts={counts} />}
        {rows.length === 0 ? (
          <None view={view} />
        ) : (
          <AlertsTable rows={rows} now={now} mayChange={mayChange} isResolved={query.status === "resolved"} />
        )}
        <Pager url={url} page={page} cursor={cursor} next="Older alerts" />
        <Mutes view={view} now={now} />
        {view.seesDestinations && (
          <p class="soft">
            <a href="/destinations">Who is told of alerts</a>
          </p>
        )}
        {!view.hasDefinitions && view.isWatching && <Beginning isEmpty={rows.length === 0} />}
        {mayChange && <Change url={url} />}
      </div>
    </>
  );
}

/** The form of all buttons of the page. It leads back to the page as it is filtered. */
function Change({ url }: { readonly url: string }) {
  const next = pageBudget().address(url.length, () => `/alerts${withQuery(url, {})}`) ?? "/alerts";
  return (
    <form method="post" action="/alerts" id={alertsForm}>
      <input type="hidden" name="next" value={next} />
    </form>
  );
}

const words = {
  freshness: { ERROR: "late", WARN: "late soon" },
  check: { ERROR: "failing", WARN: "warned" },
} as const;

function Total({ counts }: { readonly counts: NonNullable<AlertsView["counts"]> }) {
  return (
    <p class="total of-alerts">
      {(["freshness", "check"] as const).flatMap((kind) =>
        (["ERROR", "WARN"] as const).map((severity) => {
          const found = counts.find((one) => one.kind === kind && one.severity === severity);
          if (found === undefined || found.count === 0) return null;
          const text = `${found.count.toLocaleString("en")} ${words[kind][severity]}`;
          return <StateBadge state={severity === "WARN" ? "warned" : "failed"} text={text} />;
        }),
      )}
    </p>
  );
}

function None({ view: { isWatching, isFiltered, query, cursor } }: { readonly view: AlertsView }) {
  if (!isWatching) {
    return (
      <p class="none">
        Nothing is watched here: this server has no store for it. <code>runless serve</code> has one.
      </p>
    );
  }
  const others = query.kind !== undefined || query.prefix !== undefined;
  if (query.status === "resolved") {
    return <p class="none">{others ? "No resolved alert matches." : "No alert was resolved in the last 90 days."}</p>;
  }
  if (cursor !== undefined) return <p class="none">No older alert.</p>;
  return (
    <p class="none">
      <StateBadge
        state="passed"
        text={isFiltered ? "No alert that fires matches." : "Nothing is late, nothing fails."}
      />
    </p>
  );
}

/** Says how to begin if nothing is defined. */
function Beginning({ isEmpty }: { readonly isEmpty: boolean }) {
  return (
    <section class={isEmpty ? "begin" : "begin soft"} id="begin" aria-labelledby="begin-title">
      <h2 id="begin-title">Nothing can be late yet</h2>
      <p>
        No definition says when something is due, so only checks that fail are here. This writes a first file from what
        was reported; edit it, and give it to the server:
      </p>
      <pre tabindex={0}>
        <code>{"runless define --suggest > assets.yaml\nrunless define assets.yaml --source assets"}</code>
      </pre>
      <p class="soft">
        <code>docs/knowing-what-is-late.md</code> goes through it step by step, in ten minutes.
      </p>
    </section>
  );
}
