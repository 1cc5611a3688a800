import type { Client } from "@libsql/client";

/** In bytes. */
export interface DatabaseSize {
  readonly all: number;
  /** What of that is free for new events. */
  readonly free: number;
}

export async function readSize(client: Client): Promise<DatabaseSize> {
  const { rows } = await client.execute(selectSize);
  return { all: Number(rows[0]?.all_bytes), free: Number(rows[0]?.free_bytes) };
}

const selectSize = `
  SELECT page_count * page_size AS all_bytes, freelist_count * page_size AS free_bytes
  FROM pragma_page_count, pragma_page_size, pragma_freelist_count`;
