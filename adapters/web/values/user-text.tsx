/** @jsxImportSource hono/jsx */
import { pageBudget } from "./page-budget.ts";
import { visible, visibleName, visibleValue } from "./visible-text.ts";

interface UserTextProps {
  readonly text: string;
  /** The most characters that are shown. */
  readonly most?: number | undefined;
}

/** What somebody reported, as text and nothing else: it can't turn what stands around it from right to left. */
export function UserText(props: UserTextProps) {
  return shownText(props, visibleLine);
}

/** As `UserText`, of a value: with its line breaks. */
export function ValueText(props: UserTextProps) {
  return isOneLine(props.text) ? shownText(props, visibleLine) : <LinesText text={props.text} most={props.most} />;
}

/** What tells one text from another, unless it has several lines. */
export function visibleLine(text: string): string {
  return isOneLine(text) ? visibleValue(text) : visible(text);
}

function isOneLine(text: string): boolean {
  return !text.includes("\n");
}

/** As `UserText`, for what tells one thing from another: a key's part, a partition, a check's name. */
export function NameText(props: UserTextProps) {
  return shownText(props, visibleName);
}

/** As `NameText`, for a narrow place: it breaks behind / _ - and . first. */
export function BreakableName({ text, most = 200 }: UserTextProps) {
  if (text === "") return <NameText text="" />;
  const { text: shown, isCut } = pageBudget().cut(text, most, visibleName);
  return (
    <bdi title={isCut ? `The first ${shown.length} characters` : undefined}>
      <Breakable text={isCut ? `${shown}…` : shown} />
    </bdi>
  );
}

/** What is shown already, with the places where it may break. */
export function Breakable({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(/(?<=[/_.=-])(?![/_.=-])/).map((part, i) => (
        <>
          {i > 0 && <wbr />}
          {part}
        </>
      ))}
    </>
  );
}

/** As `UserText`, with its line breaks. */
export function LinesText(props: UserTextProps) {
  return <span class="lines">{shownText(props, visible)}</span>;
}

function shownText({ text, most = 200 }: UserTextProps, show: (text: string) => string) {
  if (text === "") return <span class="soft">(empty)</span>;
  const { text: shown, isCut } = pageBudget().cut(text, most, show);
  return isCut ? <bdi title={`The first ${shown.length} characters`}>{`${shown}…`}</bdi> : <bdi>{shown}</bdi>;
}
