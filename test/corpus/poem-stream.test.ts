import { describe, expect, it } from 'vitest';
import { findPoems, type Found } from '../../src/corpus/poem-stream.js';

async function* inParts(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function all(text: string, name = 'poems.txt', size = 65_536): Promise<Found[]> {
  const found: Found[] = [];
  for await (const poem of findPoems(inParts(text, size), name)) found.push(poem);
  return found;
}

const DIGITS = [...'甲乙丙丁戊己庚辛壬癸'];
/** A quatrain that no other number has. */
const quatrain = (number: number): string[] => {
  const mark = [...String(number).padStart(5, '0')].map((digit) => DIGITS[Number(digit)]).join('');
  return [mark, '黄河入海流', '欲穷千里目', '更上一层楼'];
};

describe('poems of a long text', () => {
  it('are the same as of short ones, whatever the parts, and none is cut in two', async () => {
    const poems = Array.from({ length: 6000 }, (_, number) => quatrain(number));
    const text = poems.map(([a, b, c, d]) => `${a}，${b}。\n\n${c}，${d}。`).join('\n\n\n');
    for (const size of [1000, 65_536, 400_000]) {
      const found = await all(text, 'poems.txt', size);
      expect(found.map((poem) => (poem.kind === 'text' ? poem.lines : []))).toEqual(poems);
    }
  }, 60_000);

  it('keep their titles across windows', async () => {
    const text = Array.from({ length: 4000 }, (_, number) => {
      const [a, b, c, d] = quatrain(number);
      return `第${a}题\n王之涣\n\n${a}，${b}。\n${c}，${d}。\n`;
    }).join('\n');
    const found = await all(text);
    expect(found).toHaveLength(4000);
    for (const [index, poem] of found.entries()) {
      expect(poem.kind === 'text' && poem.title).toBe(`第${quatrain(index)[0]}题`);
    }
  }, 60_000);

  it('ends where there is no verse, in one line or in many', async () => {
    expect(await all('今天天气很好我们去公园玩了一整天都没有回家。'.repeat(30_000))).toEqual([]);
    expect(await all('hello world\n'.repeat(60_000))).toEqual([]);
  }, 60_000);
});

describe('records', () => {
  const record = {
    id: '7',
    title: '登鸛雀樓',
    author: '王之渙',
    paragraphs: ['白日依山盡，黃河入海流。', '欲窮千里目，更上一層樓。'],
  };

  it('of chinese-poetry are a list in JSON', async () => {
    const found = await all(JSON.stringify([record, record], null, 2), 'poet.tang.0.json');
    expect(found).toMatchObject([
      { kind: 'record', line: 1, id: '7', record: { title: '登鸛雀樓', author: '王之渙' } },
      { kind: 'record', line: 2 },
    ]);
  });

  it('are a line each, told by what the file holds', async () => {
    const text =
      '{"text":"白日依山尽，黄河入海流。"}\n\n{"completion":[{"role":"assistant","content":"欲穷千里目"}]}\n';
    const found = await all(text, 'standard input', 7);
    expect(found.map((poem) => poem.kind === 'record' && [poem.line, poem.record.text])).toEqual([
      [1, '白日依山尽，黄河入海流。'],
      [3, '欲穷千里目'],
    ]);
  });

  it('without a poem are named with their line', async () => {
    await expect(all('{"text":"春眠不觉晓"}\n{"txt":1}\n', 'a.jsonl')).rejects.toThrow(
      'a.jsonl:2: no poem found',
    );
    await expect(all('{"text":"春眠不觉晓"}\n{"text"\n', 'a.jsonl')).rejects.toThrow('a.jsonl:2: not JSON');
    await expect(all('[{"text":1}]', 'a.json')).rejects.toThrow('a.json: poem 1: no poem found');
  });
});
