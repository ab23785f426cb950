/** Reading chinese-poetry's files, one file at a time. */
import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { layOut } from '../poetry/forms/layout.js';
import { readPoemText } from '../poetry/parsing/poem-text.js';
import { InputError } from '../support/errors.js';
import { isRecord, jsonProblem, readJson } from '../support/files.js';
import { requireRegularFile } from '../support/regular-file.js';
import { decodeText, splitTextLines } from '../support/text-stream.js';
import type { SourcePoem } from './poem.js';
import { readPoemFile } from './poem-stream.js';
import { readRows } from './rows.js';

const POEM_FILE = /^poet\.\w+\.\d+\.json$/;

/**
 * The poem files of a folder: a file itself, chinese-poetry's root, its 全唐诗, or any folder of `poet.*.N.json`.
 * In the order of their numbers.
 */
export async function poemFiles(source: string): Promise<string[]> {
  if (!existsSync(source)) throw new InputError(`${source}: no such file or folder`);
  if ((await stat(source)).isFile()) return [source];
  const inner = path.join(source, '全唐诗');
  const folder = existsSync(inner) ? inner : source;
  const number = (name: string): number => Number(/\.(\d+)\.json$/.exec(name)?.[1] ?? 0);
  const names = (await readdir(folder)).filter((name) => POEM_FILE.test(name));
  if (names.length === 0)
    throw new InputError(`${folder}: no files named poet.*.N.json, expected chinese-poetry's layout`);
  return names.sort((a, b) => number(a) - number(b)).map((name) => path.join(folder, name));
}

/**
 * The poems of these files, in order. Holds one file at a time. Ids are unique: where a record has one that came before, `#2` and so on is
 * added, so that of two records of one text the second is found to be a duplicate.
 */
export async function* readPoems(files: readonly string[]): AsyncGenerator<SourcePoem> {
  const times = new Map<string, number>();
  for await (const poem of readRecords(files)) {
    const time = (times.get(poem.id) ?? 0) + 1;
    times.set(poem.id, time);
    yield time === 1 ? poem : { ...poem, id: `${poem.id}#${time}` };
  }
}

async function* readRecords(files: readonly string[]): AsyncGenerator<SourcePoem> {
  for (const file of files) {
    if (/\.jsonl(\.gz)?$/.test(file)) yield* readLines(file);
    else if (TABLE.test(file)) yield* readTable(file);
    else if (!file.endsWith('.json')) yield* readTexts(file);
    else {
      const json = await readJson(file);
      if (!Array.isArray(json)) throw new InputError(`${file}: expected a list of poems`);
      for (const [index, record] of json.entries()) yield parsePoem(record, file, `poem ${index + 1}`);
    }
  }
}

/** Files whose rows have columns. */
const TABLE = /\.(?:csv|tsv)(?:\.gz)?$|\.parquet$/u;

async function* readTable(file: string): AsyncGenerator<SourcePoem> {
  for await (const { place, value } of readRows(file)) {
    yield parsePoem(
      value,
      file,
      place
        .slice(file.length)
        .replace(/^:\s*(?=\d)/u, 'line ')
        .replace(/^:\s*/u, ''),
    );
  }
}

/** The poems of a text as people have them, with titles and notes. */
async function* readTexts(file: string): AsyncGenerator<SourcePoem> {
  const name = path.basename(file);
  let count = 0;
  for await (const poem of readPoemFile(file)) {
    if (poem.kind === 'record')
      throw new InputError(`${file}: JSON, expected text, or a name that ends in .jsonl`);
    count += 1;
    const { lines, marks, title = '', author = '' } = poem;
    yield {
      id: `${name}:${count}`,
      title,
      author,
      paragraphs: layOut(lines, marks).split('\n'),
      tags: [],
      file: name,
    };
  }
  if (count === 0) throw new InputError(`${file}: no verse found, expected poems`);
}

async function* readLines(file: string): AsyncGenerator<SourcePoem> {
  await requireRegularFile(file);
  const bytes = createReadStream(file);
  const input: AsyncIterable<Uint8Array> = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  for await (const { line, text } of splitTextLines(decodeText(input, file), file)) {
    if (text.trim() === '') continue;
    let record: unknown;
    try {
      record = JSON.parse(text);
    } catch (error) {
      throw new InputError(`${file}:${line}: ${jsonProblem(error)}`);
    }
    yield parsePoem(record, file, `line ${line}`);
  }
}

function parsePoem(record: unknown, file: string, where: string): SourcePoem {
  const fault = (key: string, expected: string): InputError =>
    new InputError(`${file}: ${where}: ${key} is missing or of another type, expected ${expected}`);
  if (!isRecord(record)) throw new InputError(`${file}: ${where}: expected an object`);
  const { id, paragraphs, tags } = record;
  if (paragraphs === undefined) return ofColumns(record, file, where);
  const { title, author } = record;
  const isText = (item: unknown): item is string => typeof item === 'string';
  if (!Array.isArray(paragraphs) || !paragraphs.every(isText)) throw fault('paragraphs', 'a list of strings');
  if (!isText(author)) throw fault('author', 'a string');
  if (title !== undefined && !isText(title)) throw fault('title', 'a string');
  return {
    id: isText(id) ? id : `${path.basename(file)}:${where}`,
    title: title ?? '',
    author,
    paragraphs,
    tags: Array.isArray(tags) ? tags.filter(isText) : [],
    file: path.basename(file),
  };
}

/** What people call the columns of their poems. */
const COLUMNS = {
  title: ['title', '题目', '标题', '诗题', '篇名', '題目', '標題', '詩題'],
  author: ['author', '作者', '诗人', '詩人'],
  text: ['text', 'content', 'poem', '正文', '内容', '原文', '诗句', '內容', '詩句'],
} as const;

/** A poem of one's own: its text in one column, its title and author in others, where they are known. */
function ofColumns(record: Readonly<Record<string, unknown>>, file: string, where: string): SourcePoem {
  const column = (names: readonly string[]): unknown =>
    names.map((name) => record[name]).find((value) => value !== undefined && value !== null);
  const text = column(COLUMNS.text);
  if (typeof text !== 'string') {
    throw new InputError(
      `${file}: ${where}: paragraphs is missing or of another type, expected a list of strings; or text, title and author`,
    );
  }
  const [title, author] = [column(COLUMNS.title), column(COLUMNS.author)];
  const found = readPoemText(text).poems;
  const [poem] = found;
  return {
    id: typeof record['id'] === 'string' ? record['id'] : `${path.basename(file)}:${where}`,
    title: typeof title === 'string' ? title : '',
    author: typeof author === 'string' ? author : '',
    // What is no single poem is left as it is: cleaning says why it is dropped.
    paragraphs: (poem && found.length === 1 ? layOut(poem.lines, poem.marks) : text).split('\n'),
    tags: [],
    file: path.basename(file),
  };
}
