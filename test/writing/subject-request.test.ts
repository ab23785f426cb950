import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPrompt } from '../../src/poetry/prompt.js';
import { Poet } from '../../src/writing/poet.js';
import { readWriteOptions } from '../../src/writing/json-request.js';
import { leadSubject } from '../../src/writing/subject-request.js';

describe('the subject of a request', () => {
  it('stays where it is in words of poems', async () => {
    for (const themes of [['山水', '宁静'], ['明月', '故人'], ['斜阳'], ['山居秋暝'], ['秋天思乡']]) {
      expect(await leadSubject({ themes })).toEqual({ themes });
    }
    const prompt = '写一首[五言绝句] 要求4句 主题为: 山水、宁静';
    expect(await leadSubject({ prompt })).toEqual({ prompt });
    expect(await leadSubject({ prompt: '以《山居秋暝》为题，写一首五律' })).not.toHaveProperty('understood');
  });

  it('is put into words of poems where it has others', async () => {
    const led = await leadSubject({ themes: ['紐約夜景'] });
    expect(led.themes).toEqual(['天涯', '异乡', '夜', '灯火']);
    expect(led.understood?.map(({ text }) => text)).toEqual(['紐約', '夜景']);
  });

  it('takes the place of a prompt’s theme, and of nothing else', async () => {
    const { prompt, understood } = await leadSubject({ prompt: '写一首七言绝句，押东韵，主题是纽约夜景' });
    expect(prompt).toBe('写一首七言绝句，押东韵，主题是天涯、异乡、夜、灯火');
    expect(understood).toHaveLength(2);
  });

  it('leaves a sentence of everyday speech in a prompt as the training prompts have it', async () => {
    const prompt = '写一首五言绝句，描写深夜，一盏孤灯';
    expect(await leadSubject({ prompt })).toEqual({ prompt });
  });

  it('may be asked for as it is written over HTTP too', () => {
    expect(readWriteOptions({ themes: ['纽约夜景'], literal: true })).toMatchObject({ literal: true });
  });

  it('stays, and says so, where nothing leads on', async () => {
    expect(await leadSubject({ themes: ['量子力学'] })).toEqual({
      themes: ['量子力学'],
      understood: [{ text: '量子力学', words: [], by: 'none' }],
    });
  });
});

describe('a poem on any subject', () => {
  let poet: Poet;
  beforeAll(async () => {
    poet = await Poet.load({ model: 'models/miniature', adapter: 'models/miniature-dpo' });
  });
  afterAll(() => poet.release());

  it('is asked for in words of poems, and says what was understood in the script of the request', async () => {
    const [poem] = await poet.write({ form: '五言绝句', themes: ['紐約夜景'], seed: 1 });
    expect(poem?.prompt).toBe(formatPrompt({ form: '五言绝句', themes: ['天涯', '异乡', '夜', '灯火'] }));
    expect(poem?.understood).toEqual([
      { text: '紐約', words: ['天涯', '異鄉'], by: 'table' },
      { text: '夜景', words: ['夜', '燈火'], by: 'table' },
    ]);
  });

  it('is asked for as it is written where that is wished', async () => {
    const [poem] = await poet.write({ form: '五言绝句', themes: ['纽约夜景'], literal: true });
    expect(poem?.prompt).toBe(formatPrompt({ form: '五言绝句', themes: ['纽约夜景'] }));
    expect(poem).not.toHaveProperty('understood');
  });
});
