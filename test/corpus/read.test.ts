import path from 'node:path';
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { expect, it } from 'vitest';
import { readPoems } from '../../src/corpus/read.js';
import { cleanPoem } from '../../src/corpus/clean.js';
import { findDuplicates } from '../../src/corpus/duplicates.js';

it('of two records with one id and text, one stays', async () => {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'shiren-read-')), 'poems.jsonl');
  const record = {
    id: 'a',
    title: '登鸛雀樓',
    author: '王之渙',
    paragraphs: ['白日依山盡，黃河入海流。', '欲窮千里目，更上一層樓。'],
  };
  writeFileSync(file, [record, record].map((one) => JSON.stringify(one)).join('\n'));
  const poems: { id: string; lines: readonly string[]; quality: number }[] = [];
  for await (const source of readPoems([file])) {
    const { poem } = cleanPoem(source);
    if (poem) poems.push({ ...poem, quality: 1 });
  }
  expect(poems.map(({ id }) => id)).toEqual(['a', 'a#2']);
  expect([...findDuplicates(poems).dropped]).toEqual([['a#2', { rule: 'duplicate', of: 'a' }]]);
});

it('reads poems out of a text, with titles and notes', async () => {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'shiren-read-')), 'poems.txt');
  writeFileSync(
    file,
    '登鹳雀楼\n〔唐〕王之涣\n白日依山尽（一作没），黄河入海流。\n欲穷千里目，更上一层楼。\n\n1. 红豆生南国，春来发几枝。愿君多采撷，此物最相思。\n',
  );
  const poems = [];
  for await (const poem of readPoems([file])) poems.push(poem);
  expect(poems).toEqual([
    {
      id: 'poems.txt:1',
      title: '登鹳雀楼',
      author: '王之涣',
      paragraphs: ['白日依山尽，黄河入海流。', '欲穷千里目，更上一层楼。'],
      tags: [],
      file: 'poems.txt',
    },
    {
      id: 'poems.txt:2',
      title: '',
      author: '',
      paragraphs: ['红豆生南国，春来发几枝。', '愿君多采撷，此物最相思。'],
      tags: [],
      file: 'poems.txt',
    },
  ]);
});

it.each([
  [
    'csv',
    '题目,作者,正文\n登鹳雀楼,王之涣,"白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。"\n,,红豆生南国，春来发几枝。\n',
  ],
  [
    'jsonl',
    '{"title":"登鹳雀楼","author":"王之涣","text":"白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"}\n{"text":"红豆生南国，春来发几枝。"}\n',
  ],
])('reads poems of one’s own by their columns: %s', async (end, content) => {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'shiren-read-')), `own.${end}`);
  writeFileSync(file, content);
  const poems = [];
  for await (const poem of readPoems([file])) poems.push(poem);
  expect(poems).toMatchObject([
    {
      title: '登鹳雀楼',
      author: '王之涣',
      paragraphs: ['白日依山尽，黄河入海流。', '欲穷千里目，更上一层楼。'],
    },
    { title: '', author: '', paragraphs: ['红豆生南国，春来发几枝。'] },
  ]);
});

it('names the row of a table that has no poem', async () => {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'shiren-read-')), 'own.csv');
  writeFileSync(file, 'title,author\n登鹳雀楼,王之涣\n');
  await expect(readPoems([file]).next()).rejects.toThrow(
    /own\.csv: line 2: paragraphs is missing .*text, title/,
  );
});
