import { describe, expect, it } from 'vitest';
import { formatPrompt, parsePrompt } from '../../src/poetry/prompt.js';
import { describeThemes, themeCoverage } from '../../src/poetry/themes.js';

const PROMPT = '写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静';

describe('the prompt', () => {
  it('says in words what the options say', () => {
    const request = { form: '五言绝句', themes: ['山水', '自然', '宁静'] } as const;
    expect(formatPrompt(request)).toBe(PROMPT);
    expect(parsePrompt(PROMPT)).toEqual({ ...request, named: '五言绝句', lines: 4 });
  });

  it.each([
    ['写一首七律，主题：秋天，思乡', '七言律诗', ['秋天', '思乡']],
    ['来一首五绝', '五言绝句', []],
    ['写一首【七绝】主题是 送别', '七言绝句', ['送别']],
    ['写诗', undefined, []],
    ['作五言绝句一首，4句，写一叶知秋', '五言绝句', ['一叶知秋']],
    ['请你扮演唐代诗人，用七绝写首阳山、一枝春', '七言绝句', ['首阳山', '一枝春']],
    ['请你扮演唐代诗人，写一首五律', '五言律诗', []],
    ['按这四句，写三首七绝', '七言绝句', []],
    ['来一首关于我的家的五言绝句', '五言绝句', ['我的家']],
  ])('understands %s', (text, form, themes) => {
    expect(parsePrompt(text)).toMatchObject({ form, themes });
  });
});

describe('themes', () => {
  it('tells what a poem is about', () => {
    expect(
      describeThemes('出塞', '秦时明月汉时关，万里长征人未还。但使龙城飞将在，不教胡马度阴山。'),
    ).toContain('边塞');
    expect(describeThemes('鹿柴', '空山不见人，但闻人语响。返景入深林，复照青苔上。')).toContain('宁静');
  });

  it('counts the themes that a text has a word of', () => {
    expect(themeCoverage('举杯邀明月', ['饮酒', '明月', '边塞', '杯子'])).toBe(0.75);
    expect(themeCoverage('举杯邀明月', [])).toBe(1);
  });
});
