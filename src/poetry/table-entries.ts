/** The tables that scripts write: entries between spaces, each after the character that it is of. */

/** Entries of a table by their first character; read when they are first asked for. */
export function entriesOf(table: string): () => ReadonlyMap<string, string> {
  let entries: Map<string, string> | undefined;
  return () => {
    entries ??= new Map(
      table
        .trim()
        .split(/\s+/u)
        .map((entry) => {
          const first = String.fromCodePoint(entry.codePointAt(0) ?? 0);
          return [first, entry.slice(first.length)];
        }),
    );
    return entries;
  };
}
