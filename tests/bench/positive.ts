/** The number of an option. */
export function positive(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${option} must be a number above 0. Got "${text}".`);
  return number;
}
