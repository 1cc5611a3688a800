/** @jsxImportSource hono/jsx */
import { pageBudget } from "./page-budget.ts";

interface UserTextProps {
  readonly text: string;
  /** The most characters that are shown. */
  readonly most?: number;
}

/** What somebody reported, as text and nothing else: it can't turn what stands around it from right to left. */
export function UserText({ text, most = 200 }: UserTextProps) {
  if (text === "") return <span class="soft">(empty)</span>;
  const { text: shown, isCut } = pageBudget().cut(text, most);
  return isCut ? <bdi title={`The first ${shown.length} characters`}>{`${shown}…`}</bdi> : <bdi>{shown}</bdi>;
}
