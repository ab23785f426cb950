import { describe, expect, it } from 'vitest';
import { fillWording, TEST_WORDINGS, wordPrompt, WORDINGS } from '../../src/corpus/wordings.js';
import { describeScene } from '../../src/corpus/scene.js';
import { Keywords } from '../../src/corpus/keywords.js';
import { FORM_NAMES, FORMS } from '../../src/poetry/forms/forms.js';
import { parsePrompt } from '../../src/poetry/prompt.js';
import { Random } from '../../src/support/random.js';

const ALL = [...WORDINGS, ...TEST_WORDINGS];

describe('the ways of asking', () => {
  it('are at least forty for training, with others kept for testing', () => {
    expect(new Set(WORDINGS).size).toBeGreaterThanOrEqual(40);
    expect(TEST_WORDINGS.length).toBeGreaterThanOrEqual(10);
    expect(new Set(ALL).size).toBe(ALL.length);
  });

  it.each(ALL)('%s: is understood again, whatever words it has', (wording) => {
    const themes = ['一叶知秋', '首阳山', '我的家', '一枝春', '写意', '五岳', '诗酒', '关山'];
    for (const form of FORM_NAMES) {
      for (const theme of themes) {
        const asked = {
          ...{ form, lines: FORMS[form].lines, themes: [theme, '秋'], rhyme: '东' },
          ...{ title: theme, scene: `${theme}的月亮，想家` },
        };
        const prompt = fillWording(wording, asked, new Random(1)) ?? '';
        const parsed = parsePrompt(prompt);
        if (wording.includes('{form}')) expect(parsed.form, prompt).toBe(form);
        if (wording.includes('{lines}')) expect(parsed.lines, prompt).toBe(FORMS[form].lines);
        if (wording.includes('{rhyme}')) expect(parsed.rhyme, prompt).toBe('东');
        if (wording.includes('{themes}')) expect(parsed.themes, prompt).toEqual([theme, '秋']);
        if (wording.includes('{title}')) expect(parsed.themes, prompt).toEqual([theme]);
        if (wording.includes('{scene}')) expect(parsed.themes, prompt).toEqual([`${theme}的月亮`, '想家']);
      }
    }
  });

  it('leaves out what asks for something that is not known', () => {
    const asked = { form: '五言绝句', lines: 4, themes: [] };
    for (let seed = 0; seed < 50; seed += 1) {
      expect(wordPrompt(asked, new Random(seed))).toMatch(/^(?:写一首五言绝句|作五言绝句一首，4句)$/u);
    }
  });
});

describe('a sentence about a poem', () => {
  it('says in everyday words what is in it, differently each time', () => {
    const said = new Set(
      Array.from({ length: 40 }, (_, seed) => describeScene('床前明月光，低头思故乡', new Random(seed))),
    );
    expect(said.size).toBeGreaterThan(3);
    for (const sentence of said) expect(sentence).toMatch(/月|家/u);
  });

  it('is not made up where nothing is known', () => {
    expect(describeScene('古木无人径', new Random(1))).toBeUndefined();
  });
});

describe('keywords', () => {
  it('are the words that poems share, not what chance or grammar puts side by side', () => {
    const poems = Array.from({ length: 40 }, (_, index) => [
      `黄河${'入海流天地'[index % 5]}${'山水风云日'[index % 5]}${'去来还起落'[index % 5]}`,
      `不知${'春夏秋冬晨'[index % 5]}${'早晚深浅明'[index % 5]}${'花草树木叶'[index % 5]}`,
    ]);
    expect(new Keywords(poems).of(['黄河入海流', '不知何处去'])).toContain('黄河');
    expect(new Keywords(poems).of(['黄河入海流', '不知何处去'])).not.toContain('不知');
  });
});
