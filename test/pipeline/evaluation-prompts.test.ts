import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { promptSource, readPrompts } from '../../src/pipeline/evaluation-prompts.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-prompts-'));
let count = 0;

function file(end: string, content: string): string {
  count += 1;
  const made = path.join(folder, `${count}.${end}`);
  writeFileSync(made, content);
  return made;
}

const jsonl = (...rows: object[]): string => file('jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
const poem = '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。';

describe('the prompts of an evaluation', () => {
  it('are those of data build, with what they ask for', async () => {
    const row = { prompt: '写一首', form: '五言绝句', themes: ['山水'], reference: poem };
    expect(await readPrompts(jsonl(row))).toEqual([row]);
  });

  it('may be any that say what they ask for', async () => {
    const asked = '写一首[七言绝句] 要求4句 主题为: 秋天、思乡';
    expect(await readPrompts(jsonl({ prompt: asked }))).toEqual([
      { prompt: asked, form: '七言绝句', themes: ['秋天', '思乡'], reference: undefined },
    ]);
    const table = file('csv', `prompt,form,themes\n写雪,五言绝句,雪、冬天\n`);
    expect(await readPrompts(table)).toMatchObject([
      { prompt: '写雪', form: '五言绝句', themes: ['雪', '冬天'] },
    ]);
  });

  it('may be a data set of any form: the poem says the form, and is the reference', async () => {
    const chat = [
      { role: 'system', content: '诗人' },
      { role: 'user', content: '写登楼' },
    ];
    const answer = [{ role: 'assistant', content: poem }];
    const found = await readPrompts(
      jsonl(
        { prompt: chat, completion: answer },
        { messages: [...chat, ...answer] },
        { prompt: '写登楼', chosen: poem, rejected: '白日' },
      ),
    );
    for (const one of found)
      expect(one).toMatchObject({ prompt: '写登楼', form: '五言绝句', reference: poem });
    expect(found).toHaveLength(3);
  });

  it('that name no form are of the one that is said for all', async () => {
    const prompts = jsonl({ prompt: 'Write about snow.' }, { prompt: '写一首七言绝句' });
    expect((await readPrompts(prompts, '五言律诗')).map(({ form }) => form)).toEqual([
      '五言律诗',
      '七言绝句',
    ]);
  });

  it.each([
    [{ prompt: '写雪' }, /:1: form: found none, in the prompt neither, expected one of 五言绝句/],
    [{ prompt: '写雪', form: '十四行' }, /:1: form: found "十四行", expected one of/],
    [{ text: poem }, /:1: prompt: found nothing that is asked/],
    [{ question: '写雪' }, /:1: found the columns question, expected prompt/],
  ])('that are %j are refused with one line', async (row, message) => {
    await expect(readPrompts(jsonl(row))).rejects.toThrow(message);
  });

  it('lie in a folder of data build or are a file', async () => {
    const prompts = jsonl({ prompt: '写' });
    expect(await promptSource(prompts)).toEqual({ file: prompts, folder });
    const data = path.join(folder, 'data');
    mkdirSync(data);
    await expect(promptSource(data)).rejects.toThrow(/prompts\.jsonl: no such file, .*a file of prompts/);
    writeFileSync(path.join(data, 'prompts.jsonl'), '');
    expect(await promptSource(data)).toEqual({ file: path.join(data, 'prompts.jsonl'), folder: data });
  });
});
