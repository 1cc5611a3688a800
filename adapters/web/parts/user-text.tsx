/** @jsxImportSource hono/jsx */
import { pageBudget } from "./page-budget.ts";
import { visible, visibleName, visibleValue } from "./visible-text.ts";

interface UserTextProps {
  readonly text: string;
  /** The most characters that are shown. */
  readonly most?: number | undefined;
}

/** A reported text. It is isolated, so that it can't change the direction of the text around it. */
export function UserText(props: UserTextProps) {
  return shownText(props, visibleLine);
}

/** As `UserText`, for a value: it keeps line breaks. */
export function ValueText(props: UserTextProps) {
  return isOneLine(props.text) ? shownText(props, visibleLine) : <LinesText text={props.text} most={props.most} />;
}

/** A text of one line with marks for confusable characters; of several lines, with visible characters alone. */
export function visibleLine(text: string): string {
  return isOneLine(text) ? visibleValue(text) : visible(text);
}

function isOneLine(text: string): boolean {
  return !text.includes("\n");
}

/** As `UserText`, for a name: the part of a key, a partition, a check. It marks confusable characters. */
export function NameText(props: UserTextProps) {
  return shownText(props, visibleName);
}

/** As `NameText`, for a narrow column: it breaks after / _ - and . first. */
export function BreakableName({ text, most = 200 }: UserTextProps) {
  if (text === "") return <NameText text="" />;
  const { text: shown, isCut } = pageBudget().cut(text, most, visibleName);
  return (
    <bdi title={isCut ? `The first ${shown.length} characters` : undefined}>
      <Breakable text={isCut ? `${shown}…` : shown} />
    </bdi>
  );
}

/** A text that is visible already, with opportunities to break. */
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

/** As `UserText`, but it keeps line breaks. */
export function LinesText(props: UserTextProps) {
  return <span class="lines">{shownText(props, visible)}</span>;
}

function shownText({ text, most = 200 }: UserTextProps, show: (text: string) => string) {
  if (text === "") return <span class="soft">(empty)</span>;
  const { text: shown, isCut } = pageBudget().cut(text, most, show);
  return isCut ? <bdi title={`The first ${shown.length} characters`}>{`${shown}…`}</bdi> : <bdi>{shown}</bdi>;
}
