/** A sentence of everyday speech about what is in a poem: what somebody could say who wishes for a poem like it. */
import type { Random } from '../support/random.js';
import { SCENE_WORDS, type SceneKind } from '../poetry/scene-words.js';

/** Sentences with places for words; a place named twice takes two different words. */
const SENTENCES: readonly string[] = [
  '{time}的{thing}',
  '{time}，{place}的{thing}',
  '{time}在{place}{feeling}',
  '在{place}{feeling}的时候',
  '看到{thing}，{feeling}',
  '{place}有{thing}和{thing}',
  '{time}，{thing}，{feeling}',
  '{feeling}的时候，看见{thing}',
  '{place}，{time}，{thing}',
  '{thing}和{thing}',
  '在{place}望去，到处是{thing}',
  '{time}，我在{place}{feeling}，只有{thing}陪着我',
  '{time}{feeling}的心情',
  '{thing}、{thing}，还有{thing}',
  '{time}，远处是{thing}，近处是{thing}',
];

const PLACE = /\{(\w+)\}/gu;

/** A sentence about a poem's things, chosen by `random`; undefined where too little in it is known. */
export function describeScene(text: string, random: Random): string | undefined {
  const known: Record<SceneKind, string[]> = { time: [], place: [], thing: [], feeling: [] };
  for (const { kind, poem, speech } of SCENE_WORDS) {
    if (poem.some((word) => text.includes(word))) known[kind].push(random.pick(speech));
  }
  const counts = (sentence: string): Map<string, number> => {
    const needed = new Map<string, number>();
    for (const [, kind = ''] of sentence.matchAll(PLACE)) needed.set(kind, (needed.get(kind) ?? 0) + 1);
    return needed;
  };
  const fitting = SENTENCES.filter((sentence) =>
    [...counts(sentence)].every(([kind, count]) => known[kind as SceneKind].length >= count),
  );
  if (fitting.length === 0) return undefined;
  const words = Object.fromEntries(
    Object.entries(known).map(([kind, found]) => [kind, random.shuffle(found)]),
  );
  return random.pick(fitting).replace(PLACE, (_, kind: string) => words[kind]?.pop() ?? '');
}
