/** Figures over one poem: what each of the four dimensions is made of. All lie between 0 and 1, higher is better. */
import { checkPoem } from '../poetry/check.js';
import { FORMS, type FormName } from '../poetry/forms.js';
import { characters, splitLines } from '../poetry/text.js';
import { themeCoverage } from '../poetry/themes.js';

export interface PoemMetrics {
  /** The number of lines and of characters a line that was asked for: 1 or 0. */
  readonly format: number;
  /** Share of rhyme positions in the poem's majority group; 0 where there are fewer rhyme positions than asked for. */
  readonly rhyme: number;
  /** Share of the lines asked for that follow a tonal template, known licences included. */
  readonly tone: number;
  /** Share of characters that are not a repetition of an earlier one (a fifth may repeat freely). */
  readonly variety: number;
  /** Form and style together: format × mean(tone, variety). */
  readonly style: number;
  /** Share of the themes asked for that the poem has a word of. */
  readonly theme: number;
  /** Share of lines that are no line of the training corpus. */
  readonly novelty: number;
  /** Mean of rhyme, style, theme, times novelty: what is recited counts for nothing. */
  readonly overall: number;
}

export const METRIC_NAMES = [
  'format',
  'rhyme',
  'tone',
  'variety',
  'style',
  'theme',
  'novelty',
  'overall',
] as const;

/** Measures a poem against what was asked. */
export function measurePoem(
  text: string,
  asked: { readonly form: FormName; readonly themes: readonly string[] },
  corpusLines: ReadonlySet<string>,
): PoemMetrics {
  const form = FORMS[asked.form];
  const lines = splitLines(text);
  const check = checkPoem(text);
  const format = Number(
    lines.length === form.lines && lines.every((line) => characters(line).length === form.length),
  );
  const enough = lines.length >= form.lines ? 1 : lines.length / form.lines;
  const good = check.lines.filter(({ ok }) => ok).length;
  const tone = Math.min(1, good / Math.max(form.lines, lines.length));
  const all = characters(lines.join(''));
  const variety = all.length === 0 ? 0 : Math.min(1, new Set(all).size / (0.8 * all.length));
  const rhyme = check.rhyme.share * enough;
  const style = format * ((tone + variety) / 2);
  const theme = themeCoverage(lines.join(''), asked.themes);
  const novelty =
    lines.length === 0 ? 0 : lines.filter((line) => !corpusLines.has(line)).length / lines.length;
  return {
    format,
    rhyme,
    tone,
    variety,
    style,
    theme,
    novelty,
    overall: ((rhyme + style + theme) / 3) * novelty,
  };
}
