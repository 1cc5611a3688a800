/** Where the parser of YAML found something wrong. */
export interface SyntaxFault {
  readonly code: string;
  readonly line: string;
  /** Where in the line the value begins. Undefined if that is not known. */
  readonly column?: number | undefined;
  /** Whether the value is inside `{}` or `[]`, where commas and closing brackets end it. */
  readonly isFlow: boolean;
}

/** What to write in the place of what is no YAML. Undefined if only the parser's own message helps. */
export function syntaxHint(fault: SyntaxFault): string | undefined {
  return quotingHint(fault) ?? hints[fault.code];
}

const nameAndValue = 'a text with ": " in it is a name and a value in YAML; quote it';

const hints: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: nameAndValue,
  BLOCK_IN_FLOW: nameAndValue,
  NON_STRING_KEY: "a name is no string: does a comma or a colon lack before it?",
  TAB_AS_INDENT: "YAML takes no tabs at the start of a line: write spaces",
  MULTIPLE_DOCS: "a file is one document: --- begins a second one",
  DUPLICATE_KEY: "this name is written twice in one place: leave one out",
};

const meanings: Readonly<Record<string, string>> = {
  "*": "is an alias",
  "&": "is an anchor",
  "!": "is a tag",
  "%": "is a directive",
  "@": "is reserved",
  "`": "is reserved",
};

/** For a value that starts with a character that has another meaning in YAML. */
function quotingHint({ line, column, isFlow }: SyntaxFault): string | undefined {
  const isKnown = column !== undefined && meanings[line.charAt(column)] !== undefined;
  const start = isKnown ? column : /^(?:(?:.*?:\s+)|(?:.*?-\s+)|(?:.*?[[,{]\s*))(?=[*&!%@`])/.exec(line)?.[0].length;
  const first = line.charAt(start ?? line.length);
  const meaning = meanings[first];
  if (meaning === undefined) return undefined;
  const name = /[\w-]+:(?=\s+$)/.exec(line.slice(0, start))?.[0];
  const quoted = JSON.stringify(valueIn(line.slice(start).replace(/(^|\s+)#.*$/, ""), isFlow));
  return `what begins with ${first} ${meaning} in YAML; quote it: ${name === undefined ? "" : `${name} `}${quoted}`;
}

/** The value that was meant. A comma of a cron list, as in the minutes 0,30, is a part of it. */
function valueIn(rest: string, isFlow: boolean): string {
  if (!isFlow) return rest.trimEnd();
  const isCron = /^\*(?:[/,]\d|\s)/.test(rest);
  const end = isCron ? /[\]}]|,(?![\d*A-Za-z])|,(?=[\w-]+:)/ : /[\]},]/;
  return rest.slice(0, end.exec(rest)?.index).trimEnd();
}
