import { describe, expect, it } from 'vitest';
import { readRequest, type RequestFlags } from '../../src/cli/write-request.js';
import { readConversation, readMessage, readPrompt } from '../../src/writing/prompt-request.js';

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
    for (const talk of ['你好', '这首词好在哪里', '这四句是什么意思', '什么是七言律诗？', '这首五绝好在哪里'])
      expect(readMessage(talk)).toBeUndefined();
    expect(() => readMessage('请帮我写一首词')).toThrow(/词: expected one of/);
  });
});

describe('a message after others', () => {
  const first = '写一首五言绝句，押东韵，主题：秋天';
  const before = { form: '五言绝句', rhyme: '东', themes: ['秋天'] };

  it.each([
    ['再写一首，主题是春天', { ...before, themes: ['春天'] }],
    ['再來一首', before],
    ['换成冬天的', { ...before, themes: ['冬天'] }],
    ['再写一首更悲伤的', { ...before, themes: ['悲伤'] }],
    ['换一首别的', before],
    ['再写一个试试', before],
    ['能再写一首吗？', before],
    ['写春天', { ...before, themes: ['春天'] }],
    ['再來一首寫邊塞的', { ...before, themes: ['边塞'] }],
    ['Another one, please', before],
    ['主题换成边塞', { ...before, themes: ['边塞'] }],
    ['改押先韵', { ...before, rhyme: '先' }],
    ['再写一首，换个韵', { ...before, rhyme: undefined }],
    ['再写一首七言绝句', { ...before, form: '七言绝句' }],
    ['再写一首，六句', { form: '五言古诗', lineCount: 6, rhyme: undefined }],
    ['写成八句', { form: '五言律诗', lineCount: 8, rhyme: '东' }],
    ['再写一首五言古诗', { form: '五言古诗', rhyme: undefined }],
  ])('keeps what it does not name: %s', (message, expected) => {
    expect(readConversation([first, message])).toMatchObject(expected);
    // What was said meanwhile, and what was refused, changes nothing.
    expect(readConversation([first, '谢谢', '填一首浣溪沙', message])).toMatchObject(expected);
  });

  it.each([
    ...['谢谢', '写得真好', '你写的诗不错', '这首诗好在哪里？', '第三句是什么意思', '作者是谁'],
    ...['题目叫什么', '把它译成英文', '写一封信给妈妈', '“月”字用得好吗？', '换成什么字更好？'],
  ])('may ask for nothing to be written: %s', (message) => {
    expect(readConversation([first, message])).toBeUndefined();
  });

  it('keeps the number of lines of a form that leaves it open, through several messages', () => {
    const open = ['写一首五言古诗，12句', '再写一首，主题是春天', '再写一首'];
    expect(readConversation(open)).toMatchObject({ form: '五言古诗', lineCount: 12, themes: ['春天'] });
    expect(readConversation([...open, '要16句，写冬天'])).toMatchObject({ form: '五言古诗', lineCount: 16 });
    expect(readConversation([...open, '写一首五律'])).toMatchObject({
      form: '五言律诗',
      lineCount: undefined,
    });
  });

  it('is refused what cannot be written', () => {
    expect(() => readConversation([first, '再填一首词'])).toThrow(/词: expected one of/);
    expect(() => readConversation([first, '再写一首，5句'])).toThrow(/5句: expected one of/);
    expect(() => readConversation([first, '改押先韵'], { rhyme: '阳' })).toThrow(/prompt asks for 先/);
  });

  it('is put to the model as one prompt, or as it is where it says all', () => {
    const promptOf = (...messages: string[]) => readConversation(messages)?.prompt;
    expect(promptOf(first)).toBe(first);
    expect(promptOf(first, '再写一首，主题是春天')).toBe('写一首[五言绝句] 要求4句 主题为: 春天');
    expect(promptOf(first, '再写一首五言古诗，十句')).toBe('写一首[五言古诗] 要求10句 主题为: 秋天');
    expect(promptOf(first, '写一首七绝，写明月')).toBe('写一首七绝，写明月');
  });

  it('is a first message where none before it asks for a form', () => {
    expect(readConversation(['你好', '再写一首'])).toBeUndefined();
    expect(readConversation(['你好', first])).toMatchObject(before);
    expect(readConversation([])).toBeUndefined();
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
