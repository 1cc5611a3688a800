/** Why a text is not JSON. `position` counts UTF-16 units from 0; the message names line and column as Python's does. */
export class JsonSyntaxError extends SyntaxError {
  override readonly name = "JsonSyntaxError";
  readonly position: number;
  constructor(problem: string, text: string, position: number) {
    const before = text.slice(0, position);
    const line = before.split("\n").length;
    const column = position - before.lastIndexOf("\n");
    super(`${problem}: line ${line} column ${column} (char ${position})`);
    this.position = position;
  }
}
