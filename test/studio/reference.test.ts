import { afterEach, describe, expect, it } from 'vitest';
import { post, startStudio, type TestStudio } from '../studio.js';

let studio: TestStudio;
afterEach(() => studio.app.close());

describe('what a page asks beside poems', () => {
  it('is how a character is read, with lines of poems', async () => {
    studio = await startStudio({ examples: ['data/starter'] });
    const answer = await fetch(`${studio.address}/api/lookup?character=${encodeURIComponent('看')}`);
    expect(await answer.json()).toMatchObject({
      平水韵: [{ group: '上平十四寒', rank: 'usual' }, { group: '去声十五翰' }],
      examples: expect.arrayContaining([expect.objectContaining({ tone: '仄' })]) as unknown,
    });
    const wrong = await fetch(`${studio.address}/api/lookup?character=ab`);
    expect([wrong.status, await wrong.json()]).toMatchObject([
      400,
      { error: { message: 'character: found "ab", expected one Chinese character', param: 'character' } },
    ]);
  });

  it('is the characters of a rhyme group', async () => {
    studio = await startStudio();
    const ask = (query: string): Promise<Response> => fetch(`${studio.address}/api/rhyme?${query}`);
    const [east] = (await (await ask('group=%E4%B8%9C')).json()) as {
      group: string;
      characters: { character: string }[];
    }[];
    expect([east?.group, east?.characters[0]?.character]).toEqual(['上平一东', '风']);
    expect((await ask('group=none')).status).toBe(404);
    expect((await ask('group=a&book=none')).status).toBe(400);
  });

  it('is the check of a text with whatever stands around the poem', async () => {
    studio = await startStudio();
    const text = '登鹳雀楼\n王之涣\n白日依山尽（一作没），黄河入海流。\n欲穷千里目，更上一层楼。';
    const check: unknown = await (await post(`${studio.address}/api/check`, { text })).json();
    expect(check).toMatchObject({
      title: '登鹳雀楼',
      author: '王之涣',
      form: '五绝',
      leftOut: [{ kind: 'title' }, { kind: 'author' }, { kind: 'note', text: '一作没' }],
      more: 0,
    });
  });

  it('is what mends a fault', async () => {
    studio = await startStudio();
    const text = '白日依山尽，黄河入海流。欲穷千里目，更上一层台。';
    const answer = await post(`${studio.address}/api/suggest`, { text });
    expect(await answer.json()).toMatchObject([
      { fault: { rule: 'rhyme', line: 4 }, mends: [{ at: 4, was: '台' }, { at: 4 }, { at: 4 }] },
    ]);
    const unknown = await post(`${studio.address}/api/suggest`, { text, model: 'none' });
    expect(unknown.status).toBe(404);
  });
});
