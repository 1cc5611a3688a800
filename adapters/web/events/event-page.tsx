/** @jsxImportSource hono/jsx */
import { parseId } from "../../../core/id.ts";
import type { RecordedEvent } from "../../../core/index.ts";
import type { ReportedEvent } from "../../../storage/index.ts";
import { readReported } from "../../http/events/reporters.ts";
import { HttpError } from "../../http/http-error.ts";
import { rawPath } from "../../http/request.ts";
import type { Page, PageContext } from "../page/page.tsx";
import { Ago } from "../parts/ago.tsx";
import { Fact } from "../parts/asset-facts.tsx";
import { AssetLink } from "../parts/asset-link.tsx";
import { pageBudget } from "../parts/page-budget.ts";
import { LinesText, NameText, ValueText } from "../parts/user-text.tsx";
import { cut } from "../parts/visible-text.ts";
import { detailsOf } from "../values/event-details.ts";
import { indented, type JsonPart, linesOf, membersOf, textOf } from "../values/json-part.ts";
import { TableSchemas } from "../values/table-schema.tsx";
import { eventJson } from "./event-json.ts";
import { Change, EventKind, kindWords } from "./event-table.tsx";
import { MetadataSection } from "./metadata-section.tsx";

const mostTags = 100;
const mostTag = 500;
const mostDescribed = 10_000;
const mostJson = 20_000;

/** Everything about one event. The page never changes. */
export async function eventPage({ url, log, caller, now }: PageContext): Promise<Page> {
  const name = rawPath(url).slice("/events/".length);
  const id = parseId(name);
  const found = id === undefined ? undefined : await readReported(log, id, caller);
  if (found === undefined) throw new HttpError(404, `There is no event ${cut(name, 40)}.`);
  const { event, reporter } = found;
  const { description, dataVersion: version } = detailsOf(event);
  const body = (
    <div class="asset-page event-page">
      <div class="head">
        <p class="crumbs">
          <a href="/events">Events</a> / <AssetLink assetKey={event.assetKey} />
        </p>
        <h1>Event {event.id}</h1>
        <dl class="facts">
          <Fact name="What">
            <EventKind event={event} />
          </Fact>
          <Fact name="When">
            <Ago time={event.timestamp} now={now} />
          </Fact>
          <Fact name="Received">
            <Ago time={event.receivedAt} now={now} />
          </Fact>
          {reporter !== undefined && (
            <Fact name="Reported by">
              <NameText text={reporter} most={200} />
            </Fact>
          )}
          {event.partition !== null && (
            <Fact name="Partition">
              <NameText text={event.partition} most={200} />
            </Fact>
          )}
          {version !== null && (
            <Fact name="Data version">
              <NameText text={version} most={200} />
            </Fact>
          )}
        </dl>
        <Change event={event} />
        {description !== null && (
          <p class="description">
            <LinesText text={linesOf(description, mostDescribed)} most={mostDescribed} />
          </p>
        )}
      </div>
      <MetadataSection event={event} series={[]} now={now} isOpen />
      <TableSchemas events={[event]} />
      <Tags event={event} />
      <Json {...found} />
    </div>
  );
  return { title: `Event ${event.id}, ${kindWords[event.type]}`, section: "events", body };
}

function Json(found: ReportedEvent) {
  const json = eventJson(found, mostJson);
  // The link tells a cut text from a whole one.
  const { text, isCut } = pageBudget().cut(indented(json, mostJson), mostJson);
  return (
    <section aria-labelledby="json-title">
      <h2 id="json-title">
        JSON <a href={`/event.json?id=${found.event.id}`}>{isCut ? "all of it" : "by itself"}</a>
      </h2>
      <pre tabindex={0}>
        <code>{isCut ? `${text}…` : text}</code>
      </pre>
    </section>
  );
}

function Tags({ event }: { readonly event: RecordedEvent }) {
  // Two of the tags hold the data version, which the page shows elsewhere.
  const found = membersOf(detailsOf(event).tags, mostTags + 2);
  const tags = (found?.first ?? []).filter(([name]) => !name.startsWith("dagster/data_version")).slice(0, mostTags);
  if (found === undefined || tags.length === 0) return null;
  return (
    <section aria-labelledby="tags-title">
      <h2 id="tags-title">Tags</h2>
      <table class="values">
        <tbody>
          {tags.map(([name, value]) => (
            <Tag name={name} value={value} />
          ))}
        </tbody>
      </table>
      {(found.isMore || found.total > mostTags + 2) && <p class="soft">The others are in the JSON.</p>}
    </section>
  );
}

function Tag({ name, value }: { readonly name: string; readonly value: JsonPart }) {
  return (
    <tr>
      <th scope="row">
        <NameText text={name} most={100} />
      </th>
      <td>
        <ValueText text={textOf(value, mostTag)} most={mostTag} />
      </td>
    </tr>
  );
}
