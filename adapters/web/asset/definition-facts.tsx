/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { Definition } from "../../../core/definitions/definition.ts";
import { Fact, tagText } from "../parts/asset-facts.tsx";
import { AssetLink } from "../parts/asset-link.tsx";
import { LinesText, NameText } from "../parts/user-text.tsx";

const mostItems = 20;
const mostOfText = 2000;

/** What a definition says of an asset: who owns it, where it belongs, what it is made from. */
export function DefinitionFacts({ definition }: { readonly definition: Definition }) {
  const { description, owners, group, tags, kinds, deps } = definition;
  const tagPairs = Object.entries(tags);
  const isEmpty = owners.length + tagPairs.length + kinds.length + deps.length === 0 && group === null;
  return (
    <>
      {description !== null && description !== "" && (
        <p class="description">
          <LinesText text={description.slice(0, mostOfText)} most={mostOfText} />
        </p>
      )}
      {!isEmpty && (
        <dl class="facts about">
          {owners.length > 0 && (
            <Fact name="Owners">
              <Items items={owners} show={(owner) => <FilterLink name="owner" value={owner} />} />
            </Fact>
          )}
          {group !== null && (
            <Fact name="Group">
              <FilterLink name="group" value={group} />
            </Fact>
          )}
          {tagPairs.length > 0 && (
            <Fact name="Tags">
              <Items
                items={tagPairs}
                show={([name, value]) => <FilterLink name="tag" value={tagText(name, value)} />}
              />
            </Fact>
          )}
          {kinds.length > 0 && (
            <Fact name="Kinds">
              <Items items={kinds} show={(kind) => <NameText text={kind} most={60} />} />
            </Fact>
          )}
          {deps.length > 0 && (
            <Fact name="Made from">
              <Items items={deps} show={(dep) => <AssetLink assetKey={dep} />} />
            </Fact>
          )}
        </dl>
      )}
    </>
  );
}

interface FilterLinkProps {
  readonly name: "owner" | "group" | "tag";
  readonly value: string;
}

/** Links to the assets that have the same. */
function FilterLink({ name, value }: FilterLinkProps) {
  const text = <NameText text={value} most={60} />;
  return value.length > 200 ? text : <a href={`/?${new URLSearchParams({ [name]: value })}`}>{text}</a>;
}

interface ItemsProps<Item> {
  readonly items: readonly Item[];
  readonly show: (item: Item) => Child;
}

function Items<Item>({ items, show }: ItemsProps<Item>) {
  return (
    <>
      {items.slice(0, mostItems).map((item, i) => (
        <>
          {i > 0 && ", "}
          {show(item)}
        </>
      ))}
      {items.length > mostItems && <span class="soft"> and {items.length - mostItems} more</span>}
    </>
  );
}
