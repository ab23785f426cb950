/** A poem's check as people read it: tones under the characters, rhyme, what is broken. */
import { colours } from './colours.js';
import { ruleTitle, type PoemCheck } from '../poetry/prosody/check.js';
import type { Violation } from '../poetry/prosody/rules.js';
import { say } from './language.js';

const TONE_COLOURS: Readonly<Record<string, (text: string) => string>> = {
  平: colours.cyan,
  仄: colours.yellow,
  中: colours.gray,
  '?': colours.gray,
};

export interface CheckFormat {
  /** The lines as they are to be shown; as they were checked where absent. */
  readonly texts?: readonly string[];
  /** Syllables of each line, set above it. */
  readonly pinyin?: readonly string[];
}

/** Lines of text with tones under them; a tone that was chosen among several is underlined. */
export function formatCheck(check: PoemCheck, { texts, pinyin }: CheckFormat = {}): string {
  const lines = check.lines.flatMap(({ text, tones, ok }, line) => [
    ...(pinyin ? [colours.gray(`  ${pinyin[line] ?? ''}`)] : []),
    `  ${texts?.[line] ?? text}${ok ? '' : colours.red(' ✗')}`,
    `  ${tones.map(formatTone).join('')}`,
  ]);
  const { group, ok, open, book } = check.rhyme;
  const verdict = ok ? ` ${colours.green('✓')}` : open ? '' : ` ${colours.red('✗')}`;
  const rhyme = `${book} ${group ?? '—'}${verdict}`;
  const parallel =
    check.parallelism === null
      ? ''
      : ` · ${say('对仗', 'parallelism (对仗)')} ${check.parallelism.toFixed(2)}`;
  const listed = (mark: string, items: readonly Violation[], colour: (text: string) => string): string[] =>
    items.map((item) => {
      const place = say(`第${item.line}句`, `line ${item.line}`);
      return colour(`  ${mark} ${place} ${item.chars} ${ruleTitle(item)}`);
    });
  return [
    ...lines,
    `  ${check.form} · ${rhyme}${parallel}`,
    `  ${check.why}`,
    ...chosenReadings(check),
    ...enteringTones(check),
    ...listed('✗', check.violations, colours.red),
    ...listed('·', check.licences, colours.gray),
    ...listed('·', check.notes, colours.gray),
  ].join('\n');
}

function formatTone({ tone, chosen }: PoemCheck['lines'][number]['tones'][number]): string {
  const coloured = (TONE_COLOURS[tone] ?? colours.gray)(tone === '?' ? '？' : tone);
  return chosen ? colours.underline(coloured) : coloured;
}

/** Where the tone of a character was chosen among its readings. */
function chosenReadings({ lines }: PoemCheck): string[] {
  const chosen = lines.flatMap(({ tones }, line) =>
    tones
      .filter((tone) => tone.chosen)
      .map(({ char, tone }) => say(`第${line + 1}句${char}(${tone})`, `line ${line + 1} ${char}(${tone})`)),
  );
  return chosen.length > 0
    ? [colours.gray(`  ${say('多音字取读', 'readings chosen')}: ${chosen.join(' ')}`)]
    : [];
}

/** The characters in entering tones, line by line. */
function enteringTones({ lines }: PoemCheck): string[] {
  const found = lines.map(({ tones }) =>
    tones.flatMap(({ char, entering }) => (entering ? [char] : [])).join(''),
  );
  const shown = found.filter((characters) => characters !== '').join(' ');
  return shown === '' ? [] : [colours.gray(`  ${say('入声', 'entering tones (入声)')}: ${shown}`)];
}
