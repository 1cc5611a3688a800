/**
 * Why a text is not JSON. `position` counts UTF-16 units from 0; the message names line and column as Python's does.
 *
 * @example
 * try {
 *   parseJson('{"rows": }');
 * } catch (error) {
 *   if (error instanceof JsonSyntaxError) console.log(error.position); // 9
 * }
 */
export class JsonSyntaxError extends SyntaxError {
  override readonly name = "JsonSyntaxError";
  readonly position: number;
  constructor(problem: string, text: string, position: number) {
    let line = 1;
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1 && end < position; end = text.indexOf("\n", start)) {
      line++;
      start = end + 1;
    }
    const column = position - start + 1;
    super(`${problem}: line ${line} column ${column} (char ${position})`);
    this.position = position;
  }
}
