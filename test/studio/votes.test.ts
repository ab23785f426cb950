import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readPreferenceDataset } from '../../src/corpus/dataset.js';
import { VoteBook, type Vote } from '../../src/studio/votes.js';
import { labelsOf } from '../labels.js';
import { post, startStudio } from '../studio.js';

const vote = (chosenModel: string, rejectedModel: string): Vote => ({
  prompt: '写一首[五言绝句]',
  chosen: '白日依山尽，黄河入海流。',
  rejected: '一二三四五，六七八九十。',
  chosenModel,
  rejectedModel,
});

describe('votes', () => {
  let book: VoteBook;
  beforeEach(async () => {
    book = new VoteBook(await mkdtemp(path.join(os.tmpdir(), 'shiren-votes-')));
  });

  it('are counted by the two models', async () => {
    expect(await book.tally()).toEqual([]);
    await Promise.all([book.add(vote('a', 'b')), book.add(vote('b', 'a')), book.add(vote('a', 'b'))]);
    expect(await book.tally()).toEqual([
      { chosen: 'a', rejected: 'b', votes: 2 },
      { chosen: 'b', rejected: 'a', votes: 1 },
    ]);
    expect(book.skipped).toBe(0);
  });

  it('may be thumbs on single poems, which kto stages read with the pairs, and dpo stages pass over', async () => {
    const thumb = { prompt: '写一首', poem: '白日依山尽，黄河入海流。', model: 'a' };
    await book.addThumb({ ...thumb, label: false });
    await expect(readPreferenceDataset(book.file)).rejects.toThrow(/votes\.jsonl: no preference pairs/);
    await book.add(vote('a', 'b'));
    await book.addThumb({ ...thumb, label: true });
    expect([await book.tally(), book.skipped]).toEqual([[{ chosen: 'a', rejected: 'b', votes: 1 }], 0]);
    expect(await labelsOf(book.file)).toEqual([false, true, false, true]);
    expect(await readPreferenceDataset(book.file)).toHaveLength(1);
    const exported: string[] = [];
    for await (const line of book.read()) exported.push(line);
    expect(exported).toHaveLength(3);
  });

  it('pass over lines that are no votes, and count those', async () => {
    await book.add(vote('a', 'b'));
    const text = { role: 'user', content: 'x' };
    const bad = [
      '{"chosen_model": "a", ',
      'null',
      '[]',
      '{}',
      JSON.stringify({
        prompt: [text],
        chosen: [text],
        rejected: [text],
        chosen_model: 1,
        rejected_model: 'b',
      }),
      JSON.stringify({
        prompt: 'x',
        chosen: [text],
        rejected: [text],
        chosen_model: 'a',
        rejected_model: 'b',
      }),
      `"${'x'.repeat(1_000_000)}"`,
    ];
    await appendFile(book.file, `${bad.join('\n')}\n\n`);
    await book.add(vote('a', 'b'));
    expect(await book.tally()).toEqual([{ chosen: 'a', rejected: 'b', votes: 2 }]);
    expect(book.skipped).toBe(bad.length);
    const exported: string[] = [];
    for await (const line of book.read()) exported.push(line);
    expect(exported).toHaveLength(2);
    for (const line of exported) expect(JSON.parse(line)).toMatchObject({ chosen_model: 'a' });
  });

  it('keep a new vote apart from a line that was cut off', async () => {
    await book.add(vote('a', 'b'));
    const whole = await readFile(book.file, 'utf8');
    await writeFile(book.file, whole + whole.slice(0, 40));
    expect([await book.tally(), book.skipped]).toEqual([[{ chosen: 'a', rejected: 'b', votes: 1 }], 1]);
    await book.add(vote('a', 'b'));
    expect([await book.tally(), book.skipped]).toEqual([[{ chosen: 'a', rejected: 'b', votes: 2 }], 1]);
  });

  it('count what another program adds, and begin anew with a new file', async () => {
    await book.add(vote('a', 'b'));
    await book.tally();
    await appendFile(book.file, await readFile(book.file));
    expect(await book.tally()).toEqual([{ chosen: 'a', rejected: 'b', votes: 2 }]);
    await rm(book.file);
    expect(await book.tally()).toEqual([]);
    await book.add(vote('c', 'd'));
    expect(await book.tally()).toEqual([{ chosen: 'c', rejected: 'd', votes: 1 }]);
  });

  it('are read once: what was counted is not looked at again', async () => {
    await book.add(vote('a', 'b'));
    await book.tally();
    const bytes = await readFile(book.file);
    await writeFile(book.file, bytes.fill('x', 0, bytes.length - 1));
    await book.add(vote('a', 'b'));
    expect(await book.tally()).toEqual([{ chosen: 'a', rejected: 'b', votes: 2 }]);
  });

  it('are refused where the file would grow over its limit', async () => {
    await book.add(vote('a', 'b'));
    const { length } = await readFile(book.file);
    const small = new VoteBook(path.dirname(book.file), 2 * length);
    await small.add(vote('a', 'b'));
    await expect(small.add(vote('a', 'b'))).rejects.toMatchObject({
      status: 507,
      message: expect.stringMatching(/^votes\.jsonl holds \d+ of at most \d+ bytes: move it away/) as string,
    });
    expect(await small.tally()).toEqual([{ chosen: 'a', rejected: 'b', votes: 2 }]);
  });

  it('are answered over HTTP with a bad line in the file, which is counted and not handed on', async () => {
    const { app, address, output } = await startStudio();
    await mkdir(path.join(output, 'studio'), { recursive: true });
    await writeFile(path.join(output, 'studio', 'votes.jsonl'), '{"chosen_model"\n');
    const url = `${address}/api/votes`;
    const answers = [await post(url, vote('a', 'b')), await fetch(url)];
    expect(answers.map(({ status }) => status)).toEqual([201, 200]);
    for (const answer of answers) {
      expect(answer.headers.get('x-skipped-lines')).toBe('1');
      expect(await answer.json()).toEqual([{ chosen: 'a', rejected: 'b', votes: 1 }]);
    }
    const exported = await (await fetch(`${url}.jsonl`)).text();
    expect(
      exported
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toHaveLength(1);
    await app.close();
  });
});
