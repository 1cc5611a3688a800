/** The id of an event or an alert, as a person or a program writes it. Undefined if the text is no id. */
export function parseId(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
