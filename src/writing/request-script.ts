/**
 * The script of a request. Models read and write simplified script: a request in traditional script is put into it, and the poem back into
 * traditional script, given characters as they were given.
 */
import { checkPoem } from '../poetry/prosody/check.js';
import { formsSimplifiedTo, toldScript, toSimplified, type Script } from '../poetry/script/script.js';
import { characters, isHan, splitLines } from '../poetry/text.js';
import { toneBits } from '../poetry/readings/tone-bits.js';
import type { Constraints } from './constraints/constraint-schema.js';
import type { WrittenPoem } from './written-poem.js';

/** What a request says in words. */
export interface RequestWords extends Constraints {
  readonly form?: string;
  readonly prompt?: string;
  readonly themes?: readonly string[];
}

/** The script of a request: that of its given lines, or of other given characters, or of what asks for the poem; the first of these that tells. */
export function scriptOfRequest(request: RequestWords): Script {
  const { lines = [], acrostic, acrosticEnd, required = [], forbidden = [] } = request;
  const { prompt, themes = [], form } = request;
  const parts = [
    lines.join('，'),
    [acrostic, acrosticEnd, ...required].join('，'),
    [prompt, ...themes, form, ...forbidden].join('，'),
  ];
  return parts.map(toldScript).find((script) => script !== undefined) ?? 'simplified';
}

/** The constraints of a request as the model reads them, in simplified script. */
export function simplifiedConstraints(asked: Constraints): Constraints {
  const { acrostic, acrosticEnd, lines, required, forbidden, rhyme } = asked;
  return {
    ...(acrostic === undefined ? {} : { acrostic: toSimplified(acrostic) }),
    ...(acrosticEnd === undefined ? {} : { acrosticEnd: toSimplified(acrosticEnd) }),
    ...(lines ? { lines: lines.map((line) => (line === undefined ? undefined : toSimplified(line))) } : {}),
    ...(required ? { required: required.map(toSimplified) } : {}),
    ...(forbidden ? { forbidden: forbidden.map(toSimplified) } : {}),
    ...(typeof rhyme === 'string' ? { rhyme: toSimplified(rhyme) } : {}),
  };
}

/** Puts what was written into the script of the request. Of a text that is under way lines that are not whole are left out: words decide. */
export type Restore = (text: string, underWay?: boolean) => string;

/** How a text of the model's is put into a script, with the given characters of a request. The tables are loaded for traditional script alone. */
export async function restorerFor(script: Script, given: Constraints): Promise<Restore> {
  const convert = script === 'traditional' ? await traditionalLines() : (line: string): string => line;
  return (text, underWay = false) => {
    const whole = script === 'traditional' && underWay ? text.replace(/\p{Script=Han}+$/u, '') : text;
    let line = 0;
    return whole.replace(/\p{Script=Han}+/gu, (written) =>
      withGiven(written, convert(written), given, line++),
    );
  };
}

/** A poem in the script of the request, checked as it stands there. */
export function restorePoem(poem: WrittenPoem, restore: Restore): WrittenPoem {
  const text = restore(poem.text);
  if (text === poem.text) return poem;
  return { ...poem, text, lines: splitLines(text), check: checkPoem(text, { form: poem.form }) };
}

/** Lines in traditional script, by words; where that would read otherwise than what was written, in the form that reads as it does. */
async function traditionalLines(): Promise<(line: string) => string> {
  const { simplifiedToTraditional } = await import('../poetry/script/traditional.js');
  return (line) => {
    const written = characters(line);
    const converted = characters(simplifiedToTraditional(line));
    if (converted.length !== written.length) return line;
    return written.map((one, at) => readingAlike(one, converted[at] ?? one)).join('');
  };
}

function readingAlike(written: string, usual: string): string {
  const tones = toneBits(written);
  const keeps = (form: string): boolean => (toneBits(form) & tones) === tones;
  return [usual, ...formsSimplifiedTo(written)].find(keeps) ?? usual;
}

/** A line with given characters as they were given: its own, those of acrostics, and words. */
function withGiven(written: string, line: string, given: Constraints, index: number): string {
  const whole = given.lines?.[index];
  if (whole !== undefined && toSimplified(whole).startsWith(written)) {
    return characters(whole).slice(0, characters(written).length).join('');
  }
  const before = characters(written);
  const after = characters(line);
  const put = (at: number, asGiven: string | undefined): void => {
    if (asGiven !== undefined && isHan(asGiven) && toSimplified(asGiven) === before[at]) after[at] = asGiven;
  };
  for (const word of given.required ?? []) {
    const found = written.indexOf(toSimplified(word));
    const start = found < 0 ? -1 : characters(written.slice(0, found)).length;
    if (start >= 0) characters(word).forEach((one, offset) => (after[start + offset] = one));
  }
  put(0, characters(given.acrostic ?? '')[index]);
  put(before.length - 1, characters(given.acrosticEnd ?? '')[index]);
  return after.join('');
}
