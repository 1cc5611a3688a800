/**
 * An event that can't be: `parameter` says which field is wrong (its name on the wire), the message what was expected
 * and what came.
 *
 * @example
 * try {
 *   materialization("");
 * } catch (error) {
 *   if (error instanceof InvalidEventError) console.log(error.parameter); // asset_key
 * }
 */
export class InvalidEventError extends Error {
  override readonly name = "InvalidEventError";
  readonly code = "invalid_event";
  readonly parameter: string;
  constructor(parameter: string, message: string) {
    super(message);
    this.parameter = parameter;
  }
}
