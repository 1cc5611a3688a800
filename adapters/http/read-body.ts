import { HttpError } from "./http-error.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A request's body as text. Throws HttpError 413 past `limit` bytes and 400 where it is not UTF-8. */
export async function readBody(request: Request, limit: number): Promise<string> {
  const bytes = await readBytes(request, limit);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new HttpError(400, "The body is not UTF-8. Send JSON encoded in UTF-8.");
  }
}

async function readBytes(request: Request, limit: number): Promise<ArrayBuffer | Uint8Array> {
  const declared = Number(request.headers.get("content-length") ?? Number.NaN);
  if (declared <= limit) return await request.arrayBuffer();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // What is too much is read to its end all the same, and dropped: an answer before that leaves Bun's connection with
  // the rest of the body where it expects the next request.
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length <= limit) chunks.push(chunk);
  }
  if (length > limit) {
    throw new HttpError(413, `The body is larger than ${limit} bytes. Send less, or raise --max-body-bytes.`);
  }
  return await new Blob(chunks).arrayBuffer();
}
