import type { Client } from "@libsql/client";

/**
 * Reads one row of every table, so that a damaged file is refused at the start rather than by the first report. It
 * takes no longer on a large file than on a small one, and so it can't see everything: `runless doctor` reads all.
 */
export async function quickCheck(client: Client): Promise<void> {
  const { rows } = await client.execute("SELECT name FROM sqlite_schema WHERE type = 'table'");
  for (const { name } of rows) await client.execute(`SELECT * FROM "${name}" ORDER BY 1 DESC LIMIT 1`);
}
