/** Poems in JSON: records of chinese-poetry, lines of data sets. Pure. */

export interface PoemRecord {
  readonly text: string;
  readonly title?: string;
  readonly author?: string;
  readonly dynasty?: string;
}

const TEXT_KEYS = ['text', 'completion', 'chosen', 'lines', 'paragraphs', 'content', 'contents'] as const;

/** The poem of a record: a string, a list of lines (of none too: chinese-poetry has such), or messages. Undefined where it holds none. */
export function readPoemRecord(value: unknown): PoemRecord | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const record = new Map(Object.entries(value));
  for (const key of TEXT_KEYS) {
    const text = textOf(record.get(key));
    if (text === undefined) continue;
    const named = (['title', 'author', 'dynasty'] as const).flatMap((name) => {
      const found = record.get(name) as unknown;
      return typeof found === 'string' && found !== '' ? [[name, found] as const] : [];
    });
    return { text, ...Object.fromEntries(named) };
  }
  return undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const items = value.map((item: unknown) =>
    typeof item === 'object' && item !== null && 'content' in item ? item.content : item,
  );
  return items.every((item) => typeof item === 'string') ? items.join('\n') : undefined;
}

/** The records of a text that is JSON or JSON Lines: an object, a list of them, or one a line. Undefined for any other text. */
export function readJsonRecords(text: string): PoemRecord[] | undefined {
  if (!/^\s*(?:\[\s*)?\{/.test(text)) return undefined;
  const parsed = parse(text) ?? text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [parse(line)]));
  const records = (Array.isArray(parsed) ? parsed : [parsed]).map(readPoemRecord);
  return records.length > 0 && records.every((record) => record !== undefined) ? records : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
