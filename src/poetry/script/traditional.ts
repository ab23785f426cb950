/**
 * Text in traditional script, for readers who prefer it. OpenCC's tables of words are those of today's language (余亦 would be 餘亦 "the rest
 * too", 里中 would be 裏中 "inside"): where a simplified character stands for several words, poets' own usage decides.
 */
import { Converter } from 'opencc-js/cn2t';
import { once } from '../../support/kept.js';
import { toldScript } from './script.js';
import { FORMS } from './traditional-table.js';

const convert = Converter({ from: 'cn', to: 't' });

interface ToldForm {
  readonly form: string;
  readonly before: string;
  readonly after: string;
}

const readTable = once(() => new Map(FORMS.trim().split('\n').map(readRow)));

function readRow(row: string): [string, { readonly usual: string; readonly others: readonly ToldForm[] }] {
  const [head = '', ...others] = row.split(' ');
  const [character = '', usual = ''] = head;
  return [character, { usual, others: others.map(readForm) }];
}

function readForm(entry: string): ToldForm {
  const [form = '', before = '', after = ''] = entry.split(/[:/]/u);
  return { form, before, after };
}

/** A text in traditional script; one that is told to be traditional already stays as it is. */
export function toTraditional(text: string): string {
  return toldScript(text) === 'traditional' ? text : simplifiedToTraditional(text);
}

/** The lines of one poem in traditional script; those of one that is told to be traditional already stay. */
export function toTraditionalLines(lines: readonly string[]): readonly string[] {
  return toldScript(lines.join('')) === 'traditional' ? lines : lines.map(simplifiedToTraditional);
}

/** A text that is known to be simplified in traditional script: the words of verse by their neighbours, all else by OpenCC. */
export function simplifiedToTraditional(text: string): string {
  const written = Array.from(text);
  const converted = Array.from(convert(text));
  if (converted.length !== written.length) return converted.join('');
  return written.map((_, at) => formAt(written, at) ?? converted[at]).join('');
}

function formAt(written: readonly string[], at: number): string | undefined {
  const forms = readTable().get(written[at] ?? '');
  if (!forms) return undefined;
  const [left, right] = [written[at - 1], written[at + 1]];
  const told = forms.others.find(
    ({ before, after }) =>
      (left !== undefined && before.includes(left)) || (right !== undefined && after.includes(right)),
  );
  return told?.form ?? forms.usual;
}
