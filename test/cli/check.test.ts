import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { shiren } from '../shiren.js';

const POEM = '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。';
const LINES = ['白日依山尽', '黄河入海流', '欲穷千里目', '更上一层楼'];
const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-check-'));

interface Answer {
  readonly id?: string;
  readonly title?: string;
  readonly author?: string;
  readonly lines: readonly {
    readonly text: string;
    readonly pinyin?: readonly string[];
    readonly traditional?: string;
    readonly tones: readonly { readonly entering?: true }[];
  }[];
  readonly leftOut: readonly { readonly kind: string }[];
  readonly suggestions?: readonly {
    readonly rule: string;
    readonly line: number;
    readonly mends: readonly object[];
  }[];
}

function check(args: readonly string[], input = ''): Answer[] {
  const { code, out, err } = shiren(['check', '--json', ...args], input);
  expect(err).toBe('');
  expect(code).toBe(0);
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}
const textsOf = ({ lines }: Answer): string[] => lines.map(({ text }) => text);

describe('what shiren check reads', () => {
  it('a poem on the command line, in one word or in several', () => {
    expect(check([POEM]).map(textsOf)).toEqual([LINES]);
    expect(check(LINES).map(textsOf)).toEqual([LINES]);
  });

  it.each(['gb18030', 'utf-16le'] as const)('a file in %s', (encoding) => {
    const file = path.join(folder, `${encoding}.txt`);
    const text = `登鹳雀楼\n王之涣\n${POEM}\n`;
    // 登鹳雀楼 … in GB18030, since Node.js writes UTF-16 only.
    const bytes =
      encoding === 'utf-16le'
        ? Buffer.from(text, 'utf16le')
        : execFileSync('iconv', ['-t', encoding], { input: text });
    writeFileSync(file, bytes);
    expect(check([file])).toMatchObject([
      { title: '登鹳雀楼', author: '王之涣', lines: LINES.map((line) => ({ text: line })) },
    ]);
  });

  it("chinese-poetry's JSON as a data set, with its ids", () => {
    const [first, second] = check(['data/starter/poet.tang.0.json']);
    expect(first?.id).toMatch(/^[\w-]+$/);
    expect(second?.id).not.toBe(first?.id);
  });

  it.each([
    [['hello world'], ''],
    [[], 'hello world\n'],
    [[], '今天天气很好，我们去公园玩了。公园里的人真多，大家都很高兴。\n'],
    [['你好，世界'], ''],
  ])('no verse in %j %j, in one line', (args, input) => {
    const { code, out, err } = shiren(['check', ...args], input);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^shiren: .*: no verse found 无诗, expected a poem\n$/);
  });

  it('nothing from a device', () => {
    const { code, err } = shiren(['check', '/dev/zero']);
    expect(code).toBe(2);
    expect(err).toBe('shiren: /dev/zero: a device, expected a regular file\n');
  });
});

describe('what shiren check shows', () => {
  it('entering tones, pinyin and traditional script', () => {
    const [{ lines }] = check(['--pinyin', '--traditional', POEM]) as [Answer];
    expect(lines[0]).toMatchObject({ pinyin: ['bái', 'rì', 'yī', 'shān', 'jìn'], traditional: '白日依山盡' });
    expect(lines[0]?.tones.map(({ entering = false }) => entering)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    const { out } = shiren(['check', '--pinyin', '--traditional', POEM]);
    expect(out).toContain('  bái rì yī shān jìn\n  白日依山盡\n');
    expect(out).toContain('entering tones (入声): 白日 入 欲目 一');
  });

  it('what it left out', () => {
    const { out } = shiren(['check'], `登鹳雀楼\n王之涣\n${POEM}\n注释\n白日：太阳。\n依：依傍。`);
    expect(out).toContain('left out: title 登鹳雀楼; poet 王之涣; notes (3) 注释\n');
  });

  it('characters that mend a fault', () => {
    const [{ suggestions }] = check(['--suggest', POEM.replace('楼', '台')]) as [Answer];
    expect(suggestions).toMatchObject([{ rule: 'rhyme', line: 4 }]);
    expect(suggestions?.[0]?.mends).toHaveLength(3);
    expect(shiren(['check', '--suggest', POEM.replace('楼', '台')]).out).toMatch(
      /to mend line 4 off rhyme: .* → . /u,
    );
  });
});

describe('shiren lookup and shiren rhyme', () => {
  it('show readings, use and lines of poems', () => {
    const { code, out } = shiren(['lookup', '看']);
    expect(code).toBe(0);
    expect(out).toContain('廣韻      寒 平 · 翰 去');
    expect(out).toContain('上平十四寒 (usual) · 去声十五翰 (also usual)');
    expect(out).toContain('相看两不厌 李白《独坐敬亭山》');
    const entry = JSON.parse(shiren(['lookup', '看', '--json']).out) as {
      examples: { tone: string; line: string }[];
    };
    expect(new Set(entry.examples.map(({ tone }) => tone))).toEqual(new Set(['平', '仄']));
    for (const { line } of entry.examples) expect(line).toContain('看');
  });

  it('show the characters of a group', () => {
    expect(shiren(['rhyme', '东', '--most', '3']).out).toMatch(
      /上平一东 平 · \d+ characters\n.*\n {2}风 中 空\n/,
    );
    expect(JSON.parse(shiren(['rhyme', '敬', '--json', '--most', '1']).out)).toMatchObject({
      book: '平水韵',
      group: '去声二十四敬',
      tone: '去',
    });
  });

  it.each([
    [['lookup', 'abc'], 'lookup abc: expected Chinese characters'],
    [['rhyme', 'abc'], 'rhyme abc: no group of 平水韵'],
  ])('answer %j with one clear line', (args, message) => {
    const { code, err } = shiren(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
