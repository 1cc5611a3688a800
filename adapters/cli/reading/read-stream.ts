export interface StreamBlock {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** The blocks of server-sent events. Ours have each field once. */
export async function* readStream(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamBlock> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    yield* blocks.map(readBlock);
  }
}

function readBlock(block: string): StreamBlock {
  return Object.fromEntries(
    block.split("\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
    }),
  );
}
