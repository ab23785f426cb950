/**
 * Poems out of whatever people paste: with titles, poets, notes, pinyin, numbers and markup, with marks or without. Pure; what was
 * left out is said. `splitLines` is for text that is known to be clean.
 */
import { stripMarkup } from './markup.js';
import { normalizeText } from '../script/normalize.js';
import { isFormLabel, isSection, readHeading, readLabel, type Heading } from './poem-header.js';
import { readJsonRecords, type PoemRecord } from './poem-record.js';
import { lineMarks, splitLines } from '../text.js';
import { readRows, type Row } from './text-rows.js';
import { cutBlock, poemsOf, type Verse, type VersePart } from './poem-bounds.js';
import { isWholePoem, partsOf } from './verse-blocks.js';
import { type Part } from './regular-verse.js';
import { type VerseLine } from './verse-shape.js';

export interface LeftOut {
  readonly kind: 'title' | 'author' | 'dynasty' | 'note' | 'script' | 'prose' | 'number';
  readonly text: string;
}

/** A poem found in a text, with its heading and what was left out. */
export interface PastedPoem extends Heading {
  /** Lines without marks. */
  readonly lines: readonly string[];
  /** The mark after each line, full-width; empty where there is none. */
  readonly marks: readonly string[];
  /** What stood with the poem and is not part of it. */
  readonly leftOut: readonly LeftOut[];
  /** The row of the text, from 0, that its heading or first line stands in. */
  readonly row: number;
}

/** What a text was read as. */
export interface PastedText {
  readonly poems: readonly PastedPoem[];
  /** What stood with no poem. */
  readonly leftOut: readonly LeftOut[];
}

/** One poem in lines of one length, each with its mark, a couplet a row: read without looking for more, since most texts are so. */
const CLEAN =
  /^\s*(?:(?:[\u3400-\u4DBF\u4E00-\u9FFF]{5}[，。？！；]){2}(?:\n|$)){2,}\s*$|^\s*(?:(?:[\u3400-\u4DBF\u4E00-\u9FFF]{7}[，。？！；]){2}(?:\n|$)){2,}\s*$/u;

/** Reads the poems of a text. */
export function readPoemText(text: string): PastedText {
  if (CLEAN.test(text)) return { poems: [cleanPoem(text)], leftOut: [] };
  const records = readJsonRecords(text);
  if (records) return { poems: records.flatMap(poemOfRecord), leftOut: [] };
  const plain = stripMarkup(normalizeText(text));
  const reader = new Reader();
  let block: Row[] = [];
  let gap = 0;
  const endBlock = (): void => {
    if (block.length > 0) reader.addBlock(block, gap);
    if (block.length > 0) gap = 0;
    block = [];
  };
  for (const row of readRows(plain)) {
    const label = row.kind === 'text' || row.kind === 'other' ? readLabel(row.raw) : undefined;
    if (row.kind === 'blank') {
      endBlock();
      gap += 1;
    } else if (row.kind === 'rule') {
      endBlock();
      reader.addRule();
    } else if (row.kind === 'number') {
      endBlock();
      reader.addNumber(row);
    } else if (isSection(row.raw)) {
      endBlock();
      reader.startNotes(row);
    } else if (row.kind === 'heading') {
      endBlock();
      reader.addHeading(row.raw.replace(/^[#\s]+/u, ''), row.index);
    } else if (label && label.key !== 'text') {
      endBlock();
      reader.addLabel(label.key, label.value, row);
    } else if (label) {
      endBlock();
      block.push(
        ...readRows(label.value)
          .map((inner) => ({ ...inner, index: row.index }))
          .filter(isText),
      );
    } else if (row.kind === 'other') reader.leaveOut({ kind: 'script', text: row.raw });
    else block.push(row);
  }
  endBlock();
  return reader.finish();
}

function cleanPoem(text: string): PastedPoem {
  return { lines: splitLines(text), marks: lineMarks(text), leftOut: [], row: 0 };
}

/** The poem of a record, under the record's own title and poet. */
function poemOfRecord({ text, ...heading }: PoemRecord, row: number): PastedPoem[] {
  const [poem] = readPoemText(text).poems;
  return poem ? [{ ...poem, ...heading, row }] : [];
}

const isText = ({ kind }: Row): boolean => kind === 'text';

/** A run of verse with nothing but blank rows and numbers between its parts. */
interface Group {
  readonly parts: VersePart[];
  readonly heading: Heading;
  readonly leftOut: LeftOut[];
  readonly row: number;
}

interface HeadingRow {
  readonly text: string;
  readonly row: number;
  /** The heading as a line of verse, where it could be one. */
  readonly verse?: Verse;
}

/** Puts parts together: which headings belong to which verse, and which verse is one poem. */
class Reader {
  readonly #poems: PastedPoem[] = [];
  #loose: LeftOut[] = [];
  #headings: HeadingRow[] = [];
  #labels: Heading = {};
  #number = '';
  #group: Group | undefined;
  #inNotes = false;
  #prose = 0;

  leaveOut(item: LeftOut): void {
    (this.#group?.leftOut ?? this.#loose).push(item);
  }

  startNotes({ raw }: Row): void {
    this.#endGroup();
    this.#inNotes = true;
    this.#toLast({ kind: 'note', text: raw });
  }

  addHeading(text: string, row: number): void {
    this.#endGroup();
    this.#inNotes = false;
    if (isFormLabel(text)) this.leaveOut({ kind: 'note', text });
    else this.#headings.push({ text, row });
  }

  addLabel(key: keyof Heading | 'other', value: string, { raw }: Row): void {
    this.#endGroup();
    this.#inNotes = false;
    if (key === 'other') this.leaveOut({ kind: 'note', text: raw });
    else if (value !== '') {
      this.#labels = { ...this.#labels, [key]: value };
      this.leaveOut({ kind: key, text: value });
    }
  }

  addNumber({ raw }: Row): void {
    this.#number = raw;
  }

  addRule(): void {
    this.#endGroup();
  }

  addBlock(rows: readonly Row[], gap: number): void {
    if (this.#inNotes) {
      const from = rows.findIndex((_, index) => isWholePoem(rows.slice(index)));
      if (from < 0 || from > 2) {
        this.#addNotes(rows);
        return;
      }
      this.#inNotes = false;
    }
    for (const segment of cutBlock(rows)) {
      if (segment.cut) this.#endGroup();
      partsOf(segment.rows).forEach((part, index) => this.#addPart(part, index === 0 ? gap : 0));
    }
  }

  finish(): PastedText {
    this.#endGroup();
    for (const { text, verse } of this.#headings) {
      if (verse && this.#poems.length === 0) this.#keep([verse.lines], verse.row, {}, []);
      else if (this.#poems.length > 0) this.#sign(text);
      else this.#leaveProse(text);
    }
    const whole = this.#poems.some(({ lines }) => lines.length >= 4);
    const verse = this.#poems.reduce((sum, { lines }) => sum + lines.join('').length, 0);
    const isPoem = ({ lines }: PastedPoem): boolean =>
      whole ? lines.length >= 2 || this.#prose === 0 : this.#prose <= verse / 2;
    const dropped = this.#poems.filter((poem) => !isPoem(poem));
    return {
      poems: this.#poems.filter(isPoem),
      leftOut: [
        ...this.#loose,
        ...dropped.map(({ lines }): LeftOut => ({ kind: 'prose', text: lines.join('，') })),
      ],
    };
  }

  /** Short rows among notes may be the heading of the next poem. */
  #addNotes(rows: readonly Row[]): void {
    for (const { raw } of rows) this.#toLast({ kind: 'note', text: raw });
    const short =
      rows.length <= 2 && rows.every(({ raw, chunks }) => raw.length <= 20 && chunks.at(-1)?.mark === '');
    this.#headings = short ? rows.map(({ raw, index }) => ({ text: raw, row: index })) : [];
  }

  /** Leaves something out beside the poem above, where there is one. */
  #toLast(item: LeftOut): void {
    const last = this.#poems.at(-1);
    if (this.#group) this.#group.leftOut.push(item);
    else if (last) this.#poems[this.#poems.length - 1] = { ...last, leftOut: [...last.leftOut, item] };
    else this.#loose.push(item);
  }

  #leaveProse(text: string): void {
    this.#prose += text.length;
    this.#toLast({ kind: 'prose', text });
  }

  #addPart(part: Part, gap: number): void {
    if (part.kind === 'verse') this.#addVerse(part, gap);
    else if (part.kind === 'heading') {
      this.#endGroup();
      this.#headings.push(part);
    } else if (part.kind === 'signature') this.#sign(part.text);
    else if (part.kind === 'prose' && (this.#group || this.#headings.length === 0)) {
      this.#endGroup();
      this.#leaveProse(part.text);
    } else if (this.#headings.length > 0) this.leaveOut({ kind: 'note', text: part.text });
    else this.#toLast({ kind: 'note', text: part.text });
  }

  #addVerse(verse: Verse, gap: number): void {
    const last = this.#group?.parts.at(-1);
    if (last && isBareLine(last.verse) && verse.lines.length >= 2) {
      this.#group?.parts.pop();
      this.#endGroup();
      this.#headings.push({ text: last.verse.raw, row: last.verse.row });
    }
    if (!this.#group || this.#headings.length > 0) this.#startGroup(verse.row);
    this.#group?.parts.push({ verse, gap, number: this.#number });
    this.#number = '';
  }

  #startGroup(row: number): void {
    this.#endGroup();
    const { above, rows } = splitHeadings(this.#headings);
    for (const { text } of above) this.#toLast({ kind: 'note', text });
    const heading = readHeading(rows.map(({ text }) => text).filter((text) => !isFormLabel(text)));
    this.#group = {
      parts: [],
      heading: { ...heading, ...this.#labels },
      leftOut: [...this.#loose.splice(0), ...leftOutOf(heading, this.#labels)],
      row: rows[0]?.row ?? row,
    };
    this.#headings = [];
    this.#labels = {};
  }

  #endGroup(): void {
    const group = this.#group;
    this.#group = undefined;
    const [only, ...more] = group?.parts ?? [];
    if (!group || !only) {
      if (group) this.#loose.push(...group.leftOut);
      return;
    }
    if (more.length === 0 && isBareLine(only.verse)) {
      this.#loose.push(...group.leftOut);
      this.#headings.push({ text: only.verse.raw, row: only.verse.row, verse: only.verse });
      return;
    }
    const asides = group.parts
      .flatMap(({ verse }) => verse.asides)
      .map((text): LeftOut => ({ kind: 'note', text }));
    for (const [index, { lines, number, row }] of poemsOf(group.parts).entries()) {
      const first = index === 0;
      const heading = first || number !== '' ? group.heading : {};
      const title = [heading.title, number].filter(Boolean).join(' ');
      const named = number === '' ? heading : { ...heading, title };
      this.#keep([lines], first ? group.row : row, named, first ? [...group.leftOut, ...asides] : []);
    }
  }

  #keep(parts: readonly (readonly VerseLine[])[], row: number, heading: Heading, leftOut: LeftOut[]): void {
    const lines = parts.flat();
    this.#poems.push({
      ...heading,
      lines: lines.map(({ text }) => text),
      marks: lines.map(({ mark }) => mark),
      leftOut,
      row,
    });
  }

  /** Title and poet that stand below a poem. */
  #sign(text: string): void {
    this.#endGroup();
    const last = this.#poems.at(-1);
    if (!last) return;
    const heading = readHeading(last.title === undefined && !text.includes('《') ? ['《》', text] : [text]);
    const { title = '', ...rest } = heading;
    this.#poems[this.#poems.length - 1] = {
      ...last,
      ...(title === '' ? rest : heading),
      leftOut: [...last.leftOut, { kind: 'author', text }],
    };
  }
}

/** Rows of headings above a poem that are read. */
const MOST_HEADINGS = 4;

/** The rows that stand directly on each other above a poem, if there are several, are its heading; else the last few. */
function splitHeadings(headings: readonly HeadingRow[]): {
  above: readonly HeadingRow[];
  rows: readonly HeadingRow[];
} {
  const apart = headings.findLastIndex(
    ({ row }, index) => index > 0 && row - (headings[index - 1]?.row ?? row) > 1,
  );
  const from =
    headings.length - apart >= 2 && apart > 0 ? apart : Math.max(0, headings.length - MOST_HEADINGS);
  return { above: headings.slice(0, from), rows: headings.slice(from) };
}

/** A single line without a mark: a title as long as a line, if something follows. */
const isBareLine = ({ lines }: Verse): boolean => lines.length === 1 && lines[0]?.mark === '';

const leftOutOf = (heading: Heading, labels: Heading): LeftOut[] =>
  (['title', 'dynasty', 'author'] as const).flatMap((kind) => {
    const text = heading[kind];
    return text === undefined || labels[kind] !== undefined ? [] : [{ kind, text }];
  });

/** The lines of the first poem of a text; of one without a poem its runs between marks. */
export function readPoemLines(text: string): readonly string[] {
  return readPoemText(text).poems[0]?.lines ?? splitLines(text);
}
