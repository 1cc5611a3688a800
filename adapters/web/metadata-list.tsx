/** @jsxImportSource hono/jsx */
import type { Metadata } from "../../core/index.ts";
import { briefText, Metadatum } from "./metadata-value.tsx";
import { UserText } from "./user-text.tsx";

const mostValues = 20;
const mostPreviewed = 3;

/** Metadata of an event among others: a few values at a glance, and all of them unfolded. */
export function FoldedMetadata({ metadata, now }: { readonly metadata: Metadata; readonly now: number }) {
  const entries = Object.entries(metadata);
  if (entries.length === 0) return null;
  const preview = entries.slice(0, mostPreviewed).map(([name, value]) => (
    <span class="value">
      <span class="soft">
        <UserText text={name} most={24} />
      </span>{" "}
      <UserText text={briefText(value)} most={24} />
    </span>
  ));
  if (entries.length <= mostPreviewed && entries.every(isShort)) return <div class="metadata">{preview}</div>;
  return (
    <details class="metadata">
      <summary>
        {preview}
        {entries.length > mostPreviewed && <span class="soft">{entries.length - mostPreviewed} more</span>}
      </summary>
      <dl>
        {entries.slice(0, mostValues).map(([name, value]) => (
          <div>
            <dt>
              <UserText text={name} most={60} />
            </dt>
            <dd>
              <Metadatum value={value} now={now} brief={160} />
            </dd>
          </div>
        ))}
      </dl>
      {entries.length > mostValues && (
        <p class="soft">The other {entries.length - mostValues} are in the event’s JSON.</p>
      )}
    </details>
  );
}

/** Whether the glance says all, and a link or a time would be no more. */
function isShort([name, value]: [string, Metadata[string]]): boolean {
  const isPlain = ["text", "int", "float", "bool", "null"].includes(value.type);
  return isPlain && name.length <= 24 && briefText(value).length <= 24;
}
