/** The tables that scripts write: entries between spaces, each after the character that it is of. */
import { once } from '../../support/kept.js';

/** Entries of a table by their first character; read when they are first asked for. */
export const entriesOf = (table: string): (() => ReadonlyMap<string, string>) =>
  once(() => new Map(table.trim().split(/\s+/u).map(readEntry)));

function readEntry(entry: string): [string, string] {
  const [first = ''] = entry;
  return [first, entry.slice(first.length)];
}
