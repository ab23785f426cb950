/** Figures over one poem: what each of the four dimensions is made of. */
import { checkPoem } from '../poetry/prosody/check.js';
import { FORMS, type FormName } from '../poetry/forms/forms.js';
import { MODERN_LANGUAGE } from '../poetry/modern-words.js';
import type { RuleId, Violation } from '../poetry/prosody/rules.js';
import { characters, splitLines } from '../poetry/text.js';
import type { Yardstick } from './yardstick.js';

interface Metric {
  readonly chinese: string;
  readonly english: string;
  readonly dimension: 'rhyme' | 'style' | 'theme' | 'fluency' | 'novelty' | 'overall';
  readonly better: 'higher' | 'lower';
  readonly explanation: string;
}

const metric = (
  dimension: Metric['dimension'],
  chinese: string,
  english: string,
  explanation: string,
  better: Metric['better'] = 'higher',
): Metric => ({ dimension, chinese, english, explanation, better });

/** Every figure, with what it means. All lie from 0 to 1 but coherence, perplexity and the longest copy. */
export const METRICS = {
  rhyme: metric(
    'rhyme',
    '押韵',
    'rhyme',
    'share of rhyme positions (ends of even lines) in the poem’s majority level-tone group of 平水韵; less where lines are missing',
  ),
  rhymed: metric(
    'rhyme',
    '全韵',
    'fully rhymed',
    'all rhymes in one level-tone group, no word twice: 1 or 0',
  ),
  borrowed: metric(
    'rhyme',
    '借韵',
    'licences of rhyme',
    'the first line rhymes in a neighbouring group (首句借邻韵), counted apart: 1 or 0',
    'lower',
  ),
  format: metric(
    'style',
    '字句',
    'format',
    'the number of lines, and of characters a line, that was asked for: 1 or 0',
  ),
  tone: metric(
    'style',
    '平仄',
    'tone',
    'share of the lines asked for that follow a tonal template, known licences included',
  ),
  adhesion: metric(
    'style',
    '粘对',
    'adhesion and opposition',
    'share of the lines asked for without 失粘 or 失对',
  ),
  faultless: metric('style', '无病', 'faultless', 'share of lines without 孤平 or 三平尾'),
  variety: metric(
    'style',
    '不重',
    'variety',
    'share of characters that repeat no earlier one (a fifth may repeat freely)',
  ),
  parallelism: metric(
    'style',
    '对仗',
    'parallelism',
    'how far the middle couplets answer each other; regulated verse only',
  ),
  diction: metric(
    'style',
    '雅言',
    'diction',
    'share of pairs of characters that the corpus has, less the share of modern words',
  ),
  style: metric(
    'style',
    '体式',
    'form and style',
    'format × the mean of tone, adhesion, variety and diction',
  ),
  theme: metric('theme', '主题', 'theme', 'share of Tang poems that speak less of the themes asked for'),
  coherence: metric(
    'fluency',
    '连贯',
    'coherence',
    'nats a character by which a poem’s first half makes its second half likelier, under a language model that no poet was trained with',
  ),
  perplexity: metric(
    'fluency',
    '困惑度',
    'perplexity',
    'a character’s perplexity under a judge that no model was trained on',
    'lower',
  ),
  novelty: metric(
    'novelty',
    '新句',
    'novelty',
    'share of lines that no line of the corpus equals or nearly equals (one character differs)',
  ),
  copied: metric(
    'novelty',
    '袭用',
    'copied runs',
    'share of runs of four characters that the corpus has',
    'lower',
  ),
  longest: metric(
    'novelty',
    '最长袭用',
    'longest copy',
    'characters of the longest run that the corpus has, at most 7',
    'lower',
  ),
  distance: metric(
    'novelty',
    '距离',
    'distance',
    'share of pairs of characters that the nearest poem of the corpus does not have',
  ),
  overall: metric(
    'overall',
    '总分',
    'overall',
    'the mean of rhyme, style and theme, times novelty: what is recited counts for nothing',
  ),
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

/** Figures by name; null where one does not apply (no middle couplets, no judge, no known poems). */
export type PoemMetrics = Readonly<Record<MetricName, number | null>> & {
  readonly overall: number;
};

/**
 * Measures a poem against what was asked.
 *
 * @param coherence what the yardstick's judge of coherence found of it, in nats a character
 */
export function measurePoem(
  text: string,
  asked: { readonly form: FormName; readonly themes: readonly string[] },
  yardstick: Yardstick,
  coherence: number | null = null,
): PoemMetrics {
  const form = FORMS[asked.form];
  const lines = splitLines(text);
  const check = checkPoem(text, { form: asked.form });
  const count = Math.max(form.lines, lines.length);
  const format = Number(
    lines.length === form.lines && lines.every((line) => characters(line).length === form.length),
  );
  const enough = lines.length >= form.lines ? 1 : lines.length / form.lines;
  const tone = Math.min(1, check.lines.filter(({ ok }) => ok).length / count);
  const adhesion = Math.max(0, lines.length - linesWith(check.violations, 'adhesion', 'opposition')) / count;
  const faulty = linesWith(check.violations, 'lone-level', 'three-level');
  const all = characters(lines.join(''));
  const variety = all.length === 0 ? 0 : Math.min(1, new Set(all).size / (0.8 * all.length));
  const modern = all.length === 0 ? 0 : (text.match(MODERN_LANGUAGE) ?? []).join('').length / all.length;
  const diction = Math.max(0, yardstick.knownPairs(text) - modern);
  const rhyme = check.rhyme.share * enough;
  const style = (format * (tone + adhesion + variety + diction)) / 4;
  const theme = yardstick.themes.score(text, asked.themes);
  const isNew = (line: string): boolean => yardstick.nearness(line) === 'new';
  const novelty = lines.length === 0 ? 0 : lines.filter(isNew).length / lines.length;
  return {
    rhyme,
    rhymed: Number(check.rhyme.ok && enough === 1),
    borrowed: check.licences.filter(({ rule }) => rule === 'borrowed-rhyme').length,
    format,
    tone,
    adhesion,
    faultless: lines.length === 0 ? 0 : 1 - Math.min(1, faulty / lines.length),
    variety,
    parallelism: check.parallelism,
    diction,
    style,
    theme,
    coherence,
    perplexity: all.length === 0 ? null : (yardstick.fluency?.perplexity(text) ?? null),
    novelty,
    copied: yardstick.copiedRuns(text),
    longest: yardstick.longestCopy(text),
    distance: yardstick.nearest(text)?.distance ?? null,
    overall: ((rhyme + style + theme) / 3) * novelty,
  };
}

/** Lines that break one of some rules. */
function linesWith(violations: readonly Violation[], ...rules: readonly RuleId[]): number {
  return new Set(violations.filter(({ rule }) => rules.includes(rule)).map(({ line }) => line)).size;
}
