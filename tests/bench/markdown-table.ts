export interface Column {
  readonly name: string;
  /** Text stands left, numbers right. */
  readonly isText?: boolean;
}

export function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ name }, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = columns.map(({ isText }, i) => {
    const dashes = "-".repeat(widths[i] ?? 0);
    return isText ? dashes : dashes.replace(/-$/, ":");
  });
  const write = (cells: readonly string[]): string => {
    const padded = columns.map(({ isText }, i) => {
      const [cell = "", width = 0] = [cells[i], widths[i]];
      return isText ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${padded.join(" | ")} |`;
  };
  return [write(columns.map(({ name }) => name)), write(line), ...rows.map(write)].join("\n");
}
