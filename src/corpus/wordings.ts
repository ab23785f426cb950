/**
 * The ways in which people ask for a poem. A row is a way; its places are filled from the poem that answers:
 * {form}, {lines} (a number), {rhyme} (a rhyme group), {themes} (words, in one of several lists), {title}, {scene} (a sentence of
 * everyday speech). A way whose places cannot be filled is not taken.
 */
import type { Random } from '../support/random.js';

/** What a prompt may say of a poem. */
export interface Asked {
  readonly form: string;
  readonly lines: number;
  /** Words: labels of its theme, or keywords of its own. */
  readonly themes: readonly string[];
  readonly title?: string;
  readonly rhyme?: string;
  readonly scene?: string;
}

/** The ways that training sets ask in. */
export const WORDINGS: readonly string[] = [
  '请写一首{form}，主题是{themes}',
  '以“{themes}”为题，作一首{form}',
  '来一首关于{themes}的{form}',
  '作{form}一首，{lines}句，写{themes}',
  '请你扮演唐代诗人，用{form}写{themes}',
  '请以{themes}为主题写一首{form}',
  '写一首{lines}句的{form}，主题：{themes}',
  '写一首诗，主题是{themes}',
  '来一首关于{themes}的诗',
  '主题：{themes}。体裁：{form}。',
  '体裁：{form}\n主题：{themes}\n句数：{lines}',
  '体裁：{form}。{lines}句。主题为{themes}',
  '请创作一首{form}，题材是{themes}',
  '我想读一首关于{themes}的{form}',
  '帮我写一首{form}，要有{themes}',
  '写一首{form}，里面要有{themes}',
  '请用“{themes}”这几个词写一首{form}',
  '用“{themes}”写一首诗',
  '写一首{form}，押{rhyme}韵，主题是{themes}',
  '{form}，押{rhyme}韵，主题：{themes}',
  '请写一首押{rhyme}韵的{form}',
  '写一首{form}',
  '作{form}一首，{lines}句',
  '以《{title}》为题，写一首{form}',
  '以《{title}》为题写诗',
  '写一首题为《{title}》的{form}',
  '题目：《{title}》。请写一首{form}。',
  '请作《{title}》，{form}，{lines}句',
  '《{title}》，{form}',
  '以《{title}》为题，押{rhyme}韵，作{form}',
  '写一首{form}，描写{scene}',
  '写一首{form}，内容是：{scene}',
  '请用{form}描写{scene}',
  '{form}，内容：{scene}',
  '帮我写一首诗，描写{scene}',
  '请写一首{lines}句的{form}，表达这样的情景：{scene}',
  '我想要一首{form}，讲的是{scene}',
  '我想要一首诗，讲的是{scene}',
  '把下面的情景写成一首{form}：{scene}',
  '把下面这句话写成诗：{scene}',
  '描写{scene}',
  '{scene}，请据此写一首{form}',
];

/** Ways that no training set has: a model is tested on them. */
export const TEST_WORDINGS: readonly string[] = [
  '能不能写首{form}？主题是{themes}',
  '{form}一首，主题：{themes}',
  '主题是{themes}，请写{form}',
  '给我写一首关于{themes}的{form}吧',
  '学唐人的口气写一首{form}，要有{themes}',
  '请题诗一首，题目：《{title}》，用{form}',
  '替我作首题为《{title}》的{form}，{lines}句',
  '请把这个情景写成{form}：{scene}',
  '我看到的是这样的情景：{scene}。请写成一首{form}',
  '写首{form}，描写{scene}，{lines}句',
  '押{rhyme}韵，写一首{form}，主题是{themes}',
];

/** How words of a list are set apart. */
const SEPARATORS = ['、', '，', ' '];
const PLACE = /\{(\w+)\}/gu;

/** The prompt that asks in one way; undefined where something that it needs is not known. */
export function fillWording(wording: string, asked: Asked, random: Random): string | undefined {
  const { form, lines, themes, title, rhyme, scene } = asked;
  const list = themes.length > 0 ? themes.join(random.pick(SEPARATORS)) : undefined;
  const values = new Map(Object.entries({ form, lines: String(lines), themes: list, title, rhyme, scene }));
  const places = [...wording.matchAll(PLACE)].map(([, place = '']) => place);
  if (places.some((place) => values.get(place) === undefined)) return undefined;
  return wording.replace(PLACE, (_, place: string) => values.get(place) ?? '');
}

/** A prompt in one of the ways that fit; undefined where none does. */
export function wordPrompt(asked: Asked, random: Random, wordings = WORDINGS): string | undefined {
  const prompts = wordings.flatMap((wording) => fillWording(wording, asked, random) ?? []);
  return prompts.length > 0 ? random.pick(prompts) : undefined;
}
