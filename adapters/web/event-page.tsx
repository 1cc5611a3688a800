/** @jsxImportSource hono/jsx */
import { dataVersionOf, formatAssetKey, formatEvent, parseJson, type RecordedEvent } from "../../core/index.ts";
import { maxEventDepth } from "../../core/json.ts";
import { HttpError } from "../http/http-error.ts";
import { rawPath } from "../http/request-path.ts";
import { Ago } from "./ago.tsx";
import { assetPath } from "./asset-path.ts";
import { EventKind, kindWords } from "./event-table.tsx";
import { Fact, MetadataSection } from "./metadata-section.tsx";
import { indented } from "./metadata-value.tsx";
import type { Page } from "./page.tsx";
import { cut, UserText } from "./user-text.tsx";
import type { Visit } from "./visit.ts";

const mostTags = 100;
const mostJson = 100_000;

/** All of one event. It never changes. */
export async function eventPage({ url, log, now }: Visit): Promise<Page> {
  const name = rawPath(url).slice("/events/".length);
  const event = /^\d{1,15}$/.test(name) ? await log.get(Number(name)) : undefined;
  if (event === undefined) throw new HttpError(404, `There is no event ${cut(name, 40)}.`);
  const version = dataVersionOf(event);
  const body = (
    <div class="asset-page event-page">
      <div class="head">
        <p class="crumbs">
          <a href="/events">Events</a> /{" "}
          <a href={assetPath(event.assetKey)}>{cut(formatAssetKey(event.assetKey), 200)}</a>
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
          {event.partition !== null && (
            <Fact name="Partition">
              <UserText text={event.partition} most={200} />
            </Fact>
          )}
          {version !== null && (
            <Fact name="Data version">
              <UserText text={version} most={200} />
            </Fact>
          )}
        </dl>
        {event.description !== null && (
          <p class="description">
            <UserText text={event.description} most={10_000} />
          </p>
        )}
      </div>
      <MetadataSection event={event} series={[]} now={now} />
      <Tags event={event} />
      <section aria-labelledby="json-title">
        <h2 id="json-title">JSON</h2>
        <pre tabindex={0}>
          <code>{cut(jsonOf(event), mostJson)}</code>
        </pre>
      </section>
    </div>
  );
  return { title: `Event ${event.id}, ${kindWords[event.type]}`, place: "events", body };
}

/** To be read by people, unless it is more than anybody reads. */
function jsonOf(event: RecordedEvent): string {
  const text = formatEvent(event);
  return text.length > mostJson ? text : indented(parseJson(text, { maxDepth: maxEventDepth }));
}

function Tags({ event }: { readonly event: RecordedEvent }) {
  const tags = Object.entries(event.tags).filter(([name]) => !name.startsWith("dagster/data_version"));
  if (tags.length === 0) return null;
  return (
    <section aria-labelledby="tags-title">
      <h2 id="tags-title">Tags</h2>
      <table class="values">
        <tbody>
          {tags.slice(0, mostTags).map(([name, value]) => (
            <tr>
              <th scope="row">
                <UserText text={name} most={100} />
              </th>
              <td>
                <UserText text={value} most={500} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {tags.length > mostTags && <p class="soft">The others are in the JSON.</p>}
    </section>
  );
}
