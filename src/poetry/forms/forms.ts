/** The forms of verse that can be asked for: one row each, which everything else reads. */
import { layoutOf, type LineLayout } from './layout.js';
import { toSimplified } from '../script/script.js';
import { characters } from '../text.js';

/** How many lines a form has. */
export interface LineCounts {
  readonly fewest: number;
  readonly most: number;
  /** Counts go up by so many. */
  readonly step: number;
}

export interface Form {
  readonly traditional: string;
  /** What the form is called for short, in a check. */
  readonly short: string;
  /** Other names that people use. */
  readonly aliases: readonly string[];
  readonly english: string;
  /** Characters a line. */
  readonly length: number;
  /** Lines where a request does not say. */
  readonly lines: number;
  readonly lineCounts: LineCounts;
  /** Regulated verse (近体) keeps tones and rhymes level; old-style verse (古体) keeps rhyme alone, level or oblique. */
  readonly style: 'regulated' | 'old-style';
}

const exactly = (lines: number): LineCounts => ({ fewest: lines, most: lines, step: lines });

/** The most lines of a poem that is written; there is no end to what may be read. */
export const MOST_LINES_WRITTEN = 24;

const LONG_REGULATED: LineCounts = { fewest: 10, most: Infinity, step: 2 };
const OLD_STYLE: LineCounts = { fewest: 4, most: Infinity, step: 2 };

/** All forms, in the order in which they are offered. */
export const FORMS = {
  五言绝句: {
    traditional: '五言絕句',
    short: '五绝',
    aliases: ['五言绝'],
    english: 'five-character quatrain',
    ...{ length: 5, lines: 4, lineCounts: exactly(4), style: 'regulated' },
  },
  七言绝句: {
    traditional: '七言絕句',
    short: '七绝',
    aliases: ['七言绝'],
    english: 'seven-character quatrain',
    ...{ length: 7, lines: 4, lineCounts: exactly(4), style: 'regulated' },
  },
  五言律诗: {
    traditional: '五言律詩',
    short: '五律',
    aliases: ['五言律'],
    english: 'five-character regulated verse',
    ...{ length: 5, lines: 8, lineCounts: exactly(8), style: 'regulated' },
  },
  七言律诗: {
    traditional: '七言律詩',
    short: '七律',
    aliases: ['七言律'],
    english: 'seven-character regulated verse',
    ...{ length: 7, lines: 8, lineCounts: exactly(8), style: 'regulated' },
  },
  五言排律: {
    traditional: '五言排律',
    short: '五言排律',
    aliases: ['排律', '五排', '五言长律'],
    english: 'five-character extended regulated verse',
    ...{ length: 5, lines: 12, lineCounts: LONG_REGULATED, style: 'regulated' },
  },
  七言排律: {
    traditional: '七言排律',
    short: '七言排律',
    aliases: ['七排', '七言长律'],
    english: 'seven-character extended regulated verse',
    ...{ length: 7, lines: 12, lineCounts: LONG_REGULATED, style: 'regulated' },
  },
  五言古绝: {
    traditional: '五言古絕',
    short: '古绝',
    aliases: ['古绝', '五古绝', '古绝句'],
    english: 'five-character old-style quatrain',
    ...{ length: 5, lines: 4, lineCounts: exactly(4), style: 'old-style' },
  },
  七言古绝: {
    traditional: '七言古絕',
    short: '古绝',
    aliases: ['七古绝'],
    english: 'seven-character old-style quatrain',
    ...{ length: 7, lines: 4, lineCounts: exactly(4), style: 'old-style' },
  },
  五言古诗: {
    traditional: '五言古詩',
    short: '五古',
    aliases: ['五言古体', '五言古风'],
    english: 'five-character old-style verse',
    ...{ length: 5, lines: 8, lineCounts: OLD_STYLE, style: 'old-style' },
  },
  七言古诗: {
    traditional: '七言古詩',
    short: '七古',
    aliases: ['七言古体', '七言古风'],
    english: 'seven-character old-style verse',
    ...{ length: 7, lines: 8, lineCounts: OLD_STYLE, style: 'old-style' },
  },
} as const satisfies Record<string, Form>;

/** The name of a form: 五言绝句, 七言律诗, … */
export type FormName = keyof typeof FORMS;

/** The names of all forms. */
export const FORM_NAMES = Object.keys(FORMS) as FormName[];

/** A form by any of its names, in either script. */
export function formByName(name: string): FormName | undefined {
  const wanted = toSimplified(name.trim());
  return FORM_NAMES.find((form) => namesOf(form).includes(wanted));
}

/** All names of a form in simplified script. */
export function namesOf(name: FormName): readonly string[] {
  const { short, aliases } = FORMS[name];
  return [name, short, ...aliases];
}

/** Whether a form can have so many lines. */
function hasLines(name: FormName, lines: number): boolean {
  const { fewest, most, step }: LineCounts = FORMS[name].lineCounts;
  return lines >= fewest && lines <= most && (lines - fewest) % step === 0;
}

/** The numbers of lines in which a form is written. */
export function writtenLineCounts(name: FormName): readonly number[] {
  const counts = Array.from({ length: MOST_LINES_WRITTEN + 1 }, (_, lines) => lines);
  return counts.filter((lines) => hasLines(name, lines));
}

/** Whether lines have the shape of a form (tones not looked at): as many as it can have, or as were asked for. */
export function hasShape(name: FormName, lines: readonly string[], count?: number): boolean {
  const right = count === undefined ? hasLines(name, lines.length) : lines.length === count;
  return right && lines.every((line) => characters(line).length === FORMS[name].length);
}

/** The form whose shape these lines have, where the shape alone tells it (tones not looked at): a quatrain or an octave. */
export function formOfShape(lines: readonly string[]): FormName | undefined {
  return FORM_NAMES.find((name) => {
    return hasOneCount(name) && hasShape(name, lines);
  });
}

/** Whether a form is regulated verse of one number of lines: a quatrain or an octave. */
export function hasOneCount(name: FormName): boolean {
  const { style, lineCounts }: Form = FORMS[name];
  return style === 'regulated' && lineCounts.fewest === lineCounts.most;
}

/** The form of a style that lines so long and so many make. */
export function formOf(style: Form['style'], length: number, lines: number): FormName | undefined {
  return FORM_NAMES.find((name) => {
    const form: Form = FORMS[name];
    return form.style === style && form.length === length && hasLines(name, lines);
  });
}

/** Lines after which another rhyme begins, where rhymes change (四句一换韵). */
export const LINES_A_RHYME = 4;

/** A line of a form, as a request for it is met. */
export interface LineShape extends LineLayout {
  /** Characters. */
  readonly length: number;
  /** The number of its first character in the poem. */
  readonly start: number;
  /** The stretch of one rhyme that it belongs to, from 0. */
  readonly stretch: number;
  /** Whether it ends in the stretch's rhyme: lower lines do, the first of a stretch may. */
  readonly rhymes: 'always' | 'may' | 'never';
}

/** A form for a given request: its lines, and where each character stands. */
export interface PoemShape {
  readonly form: FormName;
  readonly lines: readonly LineShape[];
  /** For each character of the poem its line and place in it. */
  readonly places: readonly { readonly line: number; readonly index: number }[];
}

/**
 * The shape of a poem of this form.
 *
 * @param count lines; as many as the form has as a rule where absent
 * @param linesARhyme lines after which another rhyme begins (换韵); one rhyme throughout where absent
 */
export function shapeOf(form: FormName, count: number = FORMS[form].lines, linesARhyme = count): PoemShape {
  const { length } = FORMS[form];
  const lines = layoutOf(count).map((layout, line): LineShape => {
    const opens = line % linesARhyme === 0;
    const rhymes = layout.role === 'lower' ? 'always' : opens ? 'may' : 'never';
    return { ...layout, length, start: line * length, stretch: Math.floor(line / linesARhyme), rhymes };
  });
  const places = lines.flatMap((shape, line) =>
    Array.from({ length: shape.length }, (_, index) => ({ line, index })),
  );
  return { form, lines, places };
}
