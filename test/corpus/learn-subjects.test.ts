import { describe, expect, it } from 'vitest';
import { learnSubjects, type TitledPoem } from '../../src/corpus/learn-subjects.js';
import { understand, SubjectWords } from '../../src/poetry/subject.js';
import { Random } from '../../src/support/random.js';

const PHRASES = ['春风', '流水', '白云', '芳草', '斜阳', '故人', '孤舟', '明月', '青山', '落花'];
/** Poems of lines 2+2+3 whose words are drawn; those with one title have one word always. */
function poems(count: number): TitledPoem[] {
  return Array.from({ length: count }, (_, index) => {
    const random = Random.for(1, 'poem', index);
    const words = random.shuffle([...PHRASES]);
    const atLake = index % 10 === 0;
    const [a, b, c, d] = atLake ? ['烟波', ...words] : words;
    return { title: atLake ? '泛舟西湖' : '早春', lines: [`${a}${b}一叶轻`, `${c}${d}两岸平`] };
  });
}

describe('what is learnt of a corpus for subjects', () => {
  const learnt = learnSubjects(poems(400));

  it('are its words, the commonest first', () => {
    expect(learnt.words).toEqual(expect.arrayContaining([...PHRASES, '烟波']));
    expect(learnt.words).not.toContain('风流');
  });

  it('are the words that poems of a title have more often than others', () => {
    expect(learnt.led['西湖']).toEqual(['烟波']);
    expect(learnt.led['早春'] ?? []).not.toContain('烟波');
  });

  it('leads a subject', () => {
    expect(understand('西湖', new SubjectWords(learnt))).toEqual([
      { text: '西湖', words: ['烟波'], by: 'titles' },
    ]);
  });

  it('is the same whatever the order of the poems', () => {
    expect(learnSubjects(poems(400).reverse())).toEqual(learnt);
  });
});
