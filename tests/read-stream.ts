/** A block of a server-sent event stream; a comment has no `event`. */
export interface StreamBlock {
  readonly id: number | undefined;
  readonly event: string | undefined;
  readonly data: string | undefined;
  readonly comment: string | undefined;
}

/**
 * The blocks of an answer as they come, of its first `limit` bytes. Leaving the loop, or an abort of the request, ends
 * the connection.
 */
export async function* readStream(response: Response, limit = Number.POSITIVE_INFINITY): AsyncGenerator<StreamBlock> {
  if (response.status !== 200) throw new Error(`The stream answered ${response.status}: ${await response.text()}`);
  const decoder = new TextDecoder();
  let text = "";
  let left = limit;
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk.subarray(0, left), { stream: true });
    left -= chunk.byteLength;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    yield* blocks.map(parseBlock);
    if (left <= 0) return;
  }
}

function parseBlock(block: string): StreamBlock {
  const fields = new Map(
    block.split("\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    }),
  );
  const id = fields.get("id");
  return {
    id: id === undefined ? undefined : Number(id),
    event: fields.get("event"),
    data: fields.get("data"),
    comment: fields.get(""),
  };
}
