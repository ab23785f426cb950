/**
 * Subjects in anybody's words: how many of test/data/subjects.txt have every word led to words of poems; and with a model, in free decoding
 * before (as they are written) and after (led), how far the poems speak of the themes that a reader gave each subject, and in how many of its
 * parts' words the poem has one (found), or one that speaks of the same thing (near).
 *
 *   npx tsx bench/subjects.ts [--poems] [--model models/miniature] [--adapter models/miniature-dpo] [--seed 1]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readThemeWeights } from '../src/corpus/theme-weights.js';
import { modelFolder } from '../src/model/folder.js';
import { formatPrompt } from '../src/poetry/prompt.js';
import { understand, wordsToName, type SubjectPart } from '../src/poetry/subject.js';
import { ThemeMeasure } from '../src/poetry/theme-measure.js';
import { themeWords, THINGS } from '../src/poetry/themes.js';
import { Poet } from '../src/writing/poet.js';
import { loadSubjectWords } from '../src/writing/subject-file.js';
import { leadSubject, simplifiedSubject } from '../src/writing/subject-request.js';

const { values: flags } = parseArgs({
  options: {
    poems: { type: 'boolean' },
    model: { type: 'string', default: 'models/miniature' },
    adapter: { type: 'string', default: 'models/miniature-dpo' },
    seed: { type: 'string', default: '1' },
  },
});
const learnt = await loadSubjectWords();
const subjects = readFileSync('test/data/subjects.txt', 'utf8')
  .trim()
  .split('\n')
  .map((row) => {
    const [subject = '', labels = ''] = row.split('\t');
    return { subject, labels: labels.split(' '), parts: wordsToName(understand(subject, learnt)) };
  });
/** The table of today's words was written beside the first half. */
const half = subjects.length / 2;
const halves = {
  'written with the table': subjects.slice(0, half),
  'written after it': subjects.slice(half),
};
for (const [name, some] of Object.entries(halves)) {
  const parts = some.flatMap((one) => one.parts);
  const led = some.filter((one) => one.parts.every(({ words }) => words.length > 0));
  const lost = parts.filter(({ words }) => words.length === 0).map(({ text }) => text);
  const kept = parts.filter(({ by }) => by === 'characters').map(({ text }) => text);
  console.log(
    `${name}: every word led in ${led.length} of ${some.length} subjects, ${parts.length - lost.length} of ${parts.length} words; not ${lost.join(' ')}; as they are, by their characters, ${kept.join(' ')}`,
  );
}

const FORMS_ASKED = ['五言绝句', '七言绝句', '五言律诗', '七言律诗'] as const;

/** Words that name the same kind of thing, or speak of the same theme. */
function nearTo(word: string): readonly string[] {
  const kinds = Object.values(THINGS).filter((names) => names.includes(word));
  return [...themeWords(word), ...kinds.flat()];
}

const shareOf = (parts: readonly SubjectPart[], has: (word: string) => boolean): number =>
  parts.filter(({ words }) => words.some(has)).length / Math.max(1, parts.length);
const mean = (values: readonly number[]): string =>
  (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3);

if (flags.poems) {
  const measure = new ThemeMeasure(await readThemeWeights('data/themes.json'));
  const poet = await Poet.load({ model: await modelFolder(flags.model), adapter: flags.adapter });
  for (const way of ['as written', 'led'] as const) {
    const orders = await Promise.all(
      subjects.map(async ({ subject }, index) => {
        const asked = { themes: [subject] };
        const { themes = [] } = way === 'led' ? await leadSubject(asked) : simplifiedSubject(asked);
        const form = FORMS_ASKED[index % FORMS_ASKED.length]!;
        return { form, themes, prompt: formatPrompt({ form, themes }), seed: Number(flags.seed) + index };
      }),
    );
    const poems = await poet.writeAll(orders, { free: true });
    const rows = subjects.map(({ labels, parts }, index) => {
      const text = poems[index]?.lines.join('，') ?? '';
      return {
        theme: measure.score(text, labels),
        found: shareOf(parts, (word) => text.includes(word)),
        near: shareOf(parts, (word) => nearTo(word).some((one) => text.includes(one))),
      };
    });
    const column = (name: 'theme' | 'found' | 'near'): string => mean(rows.map((row) => row[name]));
    console.log(
      `${way}: theme ${column('theme')}, found ${column('found')}, near ${column('near')} (${rows.length} poems)`,
    );
  }
  await poet.release();
}
