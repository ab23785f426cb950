import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { MODERN_WORDS, WORD_ENDINGS } from '../../src/poetry/subject-table.js';
import { SubjectWords, understand, wordsToName, type LearntSubjects } from '../../src/poetry/subject.js';
import { characters } from '../../src/poetry/text.js';
import { SUBJECT_NAMES, THEME_NAMES } from '../../src/poetry/themes.js';

const learnt = new SubjectWords(JSON.parse(readFileSync('data/subjects.json', 'utf8')) as LearntSubjects);

/** 夜景 → 夜 灯火 楼台 */
const shown = (subject: string): string[] =>
  understand(subject, learnt).map(({ text, words }) => `${text} → ${words.join(' ')}`);
const texts = (subject: string): string[] => understand(subject, learnt).map(({ text }) => text);

describe('a subject', () => {
  it('is led from today’s words to those of poems', () => {
    expect(shown('纽约夜景')).toEqual(['纽约 → 天涯 异乡 城', '夜景 → 夜 灯火 楼台']);
    expect(texts('程序员加班')).toEqual(['程序员', '加班']);
    expect(texts('想念去世的奶奶')).toEqual(['想念', '去世', '奶奶']);
    expect(texts('外婆家的小路')).toEqual(['外婆', '家', '小路']);
  });

  it('is read in either script, and its words stay as they were written', () => {
    const simplified = understand('疫情中的城市', learnt);
    const traditional = understand('疫情中的城市'.replace('中', '裡'), learnt);
    expect(traditional.map(({ words }) => words)).toEqual(simplified.map(({ words }) => words));
    expect(texts('懷念大學同學')).toEqual(['懷念', '大學', '同學']);
    expect(understand('懷念大學同學', learnt).map(({ words }) => words)).toEqual(
      understand('怀念大学同学', learnt).map(({ words }) => words),
    );
  });

  it('keeps words that poems have', () => {
    for (const word of ['明月', '故人', '送别', '芳草', '斜阳', '春风']) {
      expect(understand(word, learnt)).toEqual([{ text: word, words: [word], by: 'poem' }]);
    }
    for (const theme of THEME_NAMES) expect(understand(theme, learnt)).toMatchObject([{ words: [theme] }]);
  });

  it('may be English', () => {
    expect(texts('New York at night')).toEqual(['New York', 'night']);
    expect(shown('my grandmother’s house')[0]).toMatch(/白发/u);
  });

  it('says which words lead nowhere', () => {
    expect(understand('量子力学', learnt)).toEqual([{ text: '量子力学', words: [], by: 'none' }]);
    expect(understand('quantum moon', learnt)).toMatchObject([
      { text: 'quantum', words: [], by: 'none' },
      { text: 'moon', by: 'table' },
    ]);
  });

  it('is led by the last character of a word that nothing else is known of', () => {
    expect(understand('加油站', learnt)).toEqual([{ text: '加油站', words: ['驿', '路'], by: 'ending' }]);
  });

  it('loses nothing but grammar, whatever is written', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'纽约夜景的小路和程序员ab 1，。紐約後') }),
        (subject) => {
          let rest = subject;
          for (const { text } of understand(subject, learnt)) {
            const at = rest.indexOf(text);
            expect(at).toBeGreaterThanOrEqual(0);
            rest = rest.slice(at + text.length);
          }
        },
      ),
    );
  });
});

describe('the table', () => {
  it('leads to nothing that the shipped model does not know', () => {
    const { model } = JSON.parse(readFileSync('models/miniature/tokenizer.json', 'utf8')) as {
      model: { vocab: Record<string, number> };
    };
    const led = [...MODERN_WORDS.values(), ...WORD_ENDINGS.values()].flat();
    expect(led.flatMap(characters).filter((one) => !Object.hasOwn(model.vocab, one))).toEqual([]);
  });
});

describe('words to name', () => {
  const parts = (subject: string): ReturnType<typeof wordsToName> => wordsToName(understand(subject, learnt));

  it('are at most four where there are at most four parts, and one of each part where there are more', () => {
    expect(parts('纽约夜景').flatMap(({ words }) => words)).toEqual(['天涯', '异乡', '夜', '灯火']);
    expect(parts('咖啡').flatMap(({ words }) => words)).toEqual(['茶', '酒']);
    const many = parts('纽约、咖啡、手机、高铁、毕业');
    expect(many.map(({ words }) => words.length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('are the labels of themes themselves', () => {
    for (const name of SUBJECT_NAMES) expect(parts(name).flatMap(({ words }) => words)).toEqual([name]);
  });
});
