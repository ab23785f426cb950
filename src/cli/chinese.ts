/**
 * Messages of the rooms in Chinese. The rooms word what is wrong once, in English, as programs read it over HTTP and in the library; here a person's
 * terminal gets it in the person's language. What has no Chinese yet stays as it is.
 */
import { EXPECTATIONS, PLACES } from './chinese-expectations.js';
import { CLAUSES } from './chinese-messages.js';

interface Rule {
  readonly pattern: RegExp;
  readonly chinese: string;
}

/** What is quoted ends where a part of a message does; between quotes and brackets, or as `{*}`, it may be anything. */
const PART = '((?:(?!, expected |: |; ).)*?)';

const rulesOf = (table: Readonly<Record<string, string>>): Rule[] =>
  Object.entries(table).map(([english, chinese]) => {
    const source = english
      .replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')
      .replaceAll('"\\{\\}"', '"([^"]*)"')
      .replaceAll('\\(\\{\\}\\)', String.raw`\((.*)\)`)
      .replaceAll('\\{\\*\\}', '(.*?)')
      .replaceAll('\\{\\}', PART);
    return { pattern: new RegExp(`^${source}$`, 'su'), chinese };
  });

const [CLAUSE_RULES, EXPECTATION_RULES, PLACE_RULES] = [CLAUSES, EXPECTATIONS, PLACES].map(rulesOf) as [
  Rule[],
  Rule[],
  Rule[],
];

/** By the first rule that fits. What is quoted stays, `{!}` but for clauses within clauses. */
function byRule(rules: readonly Rule[], text: string, within: (part: string) => string): string | undefined {
  for (const { pattern, chinese } of rules) {
    const found = pattern.exec(text);
    if (!found) continue;
    let next = 1;
    return chinese.replace(/\{(!?)(\d?)\}/gu, (_, translated: string, index: string) => {
      const part = found[index === '' ? next++ : Number(index) + 1] ?? '';
      return translated === '' ? part : within(part);
    });
  }
  return undefined;
}

/** A message in Chinese, part by part. */
export function inChinese(message: string): string {
  if (message.startsWith('expected ')) {
    const [what, instead] = splitAt(message.slice('expected '.length), ', found ');
    const told = `应为${expectationInChinese(what)}`;
    return instead === undefined ? told : `${told}，${inChinese(`found ${instead}`)}`;
  }
  const whole = byRule(CLAUSE_RULES, message, inChinese);
  if (whole !== undefined) return whole;
  const place = endOfPlace(message);
  if (place !== undefined) {
    const [head, rest] = [message.slice(0, place), message.slice(place + 2)];
    const named =
      byRule(PLACE_RULES, head, inChinese) ??
      (head.includes(' ') ? byRule(CLAUSE_RULES, head, inChinese) : undefined);
    return `${named ?? head}：${inChinese(rest)}`;
  }
  const [found, expected] = splitAt(message, ', expected ');
  if (expected !== undefined) return `${inChinese(found)}，应为${expectationInChinese(expected)}`;
  for (const [mark, chinese] of JOINTS) {
    const [first, more] = splitAt(message, mark);
    if (more === undefined) continue;
    const begun = inChinese(first);
    if (begun !== first || mark === '; ') return `${begun}${chinese}${inChinese(more)}`;
  }
  return message;
}

/** What joins the parts of a message, the loosest first. */
const JOINTS = [
  ['; ', '；'],
  [', found ', '，得到 '],
  [', ', '，'],
] as const;

function expectationInChinese(text: string): string {
  const choices = text.split(' or ').map((one) => byRule(EXPECTATION_RULES, one, expectationInChinese));
  if (choices.length > 1 && choices.every((one) => one !== undefined)) return choices.join('或');
  const whole = byRule(EXPECTATION_RULES, text, expectationInChinese);
  if (whole !== undefined) return whole;
  for (const [mark, chinese] of [
    ['; ', '；'],
    [': ', '：'],
  ] as const) {
    const [first, more] = splitAt(text, mark);
    if (more !== undefined) return `${expectationInChinese(first)}${chinese}${inChinese(more)}`;
  }
  return text;
}

/** Where the name of a place ends, before `: `; not within quotes, and not after what was found. */
function endOfPlace(message: string): number | undefined {
  if (/^(?:found|expected) /u.test(message)) return undefined;
  for (let at = message.indexOf(': '); at >= 0; at = message.indexOf(': ', at + 1)) {
    const head = message.slice(0, at);
    if (/, expected |; /u.test(head)) return undefined;
    if ((head.match(/"/gu) ?? []).length % 2 === 0) return at;
  }
  return undefined;
}

function splitAt(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)];
}
