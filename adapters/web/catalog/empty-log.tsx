/** @jsxImportSource hono/jsx */
import type { AssetKey } from "../../../core/index.ts";
import type { Caller } from "../../http/access/caller.ts";

interface EmptyLogProps {
  readonly url: string;
  readonly caller: Caller;
}

/** Explains how to report, while the log has no asset. */
export function EmptyLog({ url, caller: { name, prefix } }: EmptyLogProps) {
  const command = [
    `curl -X POST ${new URL(url).origin}${reportPath([...(prefix ?? []), "my_asset"])}`,
    ...(name === null ? [] : [`-H "authorization: Bearer $RUNLESS_TOKEN"`]),
    "-H 'content-type: application/json'",
    `-d '{"metadata": {"rows": 5}}'`,
  ];
  return (
    <section class="empty" id="empty">
      <h1>No asset yet</h1>
      <p>An asset is here as soon as something reports it. Nobody needs to declare it before.</p>
      <div class="command">
        <pre tabindex={0} id="first-report">
          <code>{command.join(" \\\n  ")}</code>
        </pre>
        <button type="button" class="scripted" data-copy="first-report">
          Copy
        </button>
      </div>
      {name !== null && (
        <p class="soft">
          The token needs the scope report: <code>runless token create --name me --scope report</code> makes one.
        </p>
      )}
      <p class="soft">
        This page shows it when it comes. The other ways to report are in the <a href="/docs">docs</a>; to see what this
        looks like with a month of events, run <code>runless demo</code>.
      </p>
    </section>
  );
}

/** The path of a report. A shell gives no meaning to any of its characters. */
function reportPath(key: AssetKey): string {
  const hex = (mark: string) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
  const escaped = key.map((part) => encodeURIComponent(part).replace(/[!'()*~]/g, hex));
  return `/report_asset_materialization/${escaped.join("/")}`;
}
