/** What to do where nothing was reported yet. */
export function EmptyLog({ url }: { readonly url: string }) {
  const { origin } = new URL(url);
  return (
    <section class="empty" id="empty">
      <h1>No asset yet</h1>
      <p>An asset is here as soon as something reports it. Nobody needs to declare it before.</p>
      <div class="command">
        <pre tabindex={0} id="first-report">
          <code>
            {`curl -X POST ${origin}/report_asset_materialization/my_asset \\\n  -H 'content-type: application/json' \\\n  -d '{"metadata": {"rows": 5}}'`}
          </code>
        </pre>
        <button type="button" data-copy="first-report" hidden>
          Copy
        </button>
      </div>
      <p class="soft">
        This page shows it when it comes. The other ways to report are in the <a href="/docs">docs</a>; to see what this
        looks like with a month of events, run <code>runless demo</code>.
      </p>
    </section>
  );
}
