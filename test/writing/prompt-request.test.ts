import { describe, expect, it } from 'vitest';
import { readRequest, type RequestFlags } from '../../src/cli/write-request.js';
import { readMessage, readPrompt } from '../../src/writing/prompt-request.js';

describe('a prompt as a request', () => {
  it.each([
    ['写一首五言排律，20句，主题：边塞', { form: '五言排律', lineCount: 20, themes: ['边塞'] }],
    ['寫一首七言古詩，二十四句，押東韻', { form: '七言古诗', lineCount: 24, rhyme: '东' }],
    ['写一首古绝，押“月”韵', { form: '五言古绝', rhyme: '月' }],
    ['来一首五古，押下平一先韵', { form: '五言古诗', rhyme: '下平一先' }],
    ['写一首八句的诗', { form: '五言律诗', lineCount: 8 }],
    ['写一首押平声韵的七绝', { form: '七言绝句', rhyme: undefined }],
    ['写诗', { form: undefined, lineCount: undefined }],
  ])('%s', (prompt, expected) => {
    expect(readPrompt(prompt)).toMatchObject(expected);
  });

  it.each([
    ['填一首浣溪沙', /浣溪沙: expected one of 五言绝句/],
    ['写一首现代诗', /现代诗: expected one of/],
    ['写一首打油诗', /打油诗: expected one of/],
    ['寫一首六言絕句', /六言绝句: expected one of/],
    ['来一首四言诗，写春天', /四言诗: expected one of/],
    ['寫一副對聯', /对联: expected one of/],
    ['写一首[四言诗]', /四言诗: expected one of/],
    ['写一首七律，6句', /6句: 七言律诗 has 8 lines/],
    ['写一首五古，26句', /26句: 五言古诗 has 4, 6, /],
  ])('is refused with what there is: %s', (prompt, reason) => {
    expect(() => readPrompt(prompt)).toThrow(reason);
  });

  it('is refused where an option asks for something else', () => {
    expect(() => readPrompt('写一首七律', { form: '五言律诗' })).toThrow(/prompt asks for 七言律诗/);
    expect(() => readPrompt('写一首五古，押东韵', { rhyme: '先' })).toThrow(/prompt asks for 东/);
    expect(readPrompt('写一首五古，押东韵', { rhyme: '上平一东' }).rhyme).toBe('东');
  });
});

describe('a message of a conversation', () => {
  it('asks for a poem, or for nothing that is written', () => {
    expect(readMessage('作一首五古，押东韵')).toMatchObject({ form: '五言古诗', rhyme: '东' });
    for (const talk of ['你好', '这首词好在哪里', '这四句是什么意思'])
      expect(readMessage(talk)).toBeUndefined();
    expect(() => readMessage('请帮我写一首词')).toThrow(/词: expected one of/);
  });
});

describe('the options of shiren write', () => {
  const flags: RequestFlags = {
    ...{ count: 1, seed: 0, candidates: 1, temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 },
    tones: true,
  };

  it('give lines, the tone of rhymes and their change to the request', async () => {
    const asked = { form: '五古', lines: 12, rhymeTone: 'oblique', changeRhyme: true } as const;
    expect(await readRequest(undefined, { ...flags, ...asked })).toMatchObject({
      ...{ form: '五言古诗', lineCount: 12, rhymeTone: 'oblique', changeRhyme: true },
    });
  });

  it('choose the form by the number of lines where none is named', async () => {
    expect(await readRequest(undefined, { ...flags, lines: 16 })).toMatchObject({
      form: '五言排律',
      lineCount: 16,
    });
    expect(await readRequest('写一首诗', { ...flags, lines: 8 })).toMatchObject({
      form: '五言律诗',
      lineCount: 8,
    });
  });
});
