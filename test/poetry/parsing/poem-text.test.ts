import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPoemText } from '../../../src/poetry/parsing/poem-text.js';
import { layOut } from '../../../src/poetry/forms/layout.js';

/** What people copy, and the poems in it. */
interface PastedCase {
  readonly name: string;
  readonly text: string;
  /** The lines of each poem, joined by spaces; none for a text without verse. */
  readonly poems: readonly string[];
  /** Of the first poem. */
  readonly title?: string;
  readonly author?: string;
  readonly dynasty?: string;
}

const PASTED = readFileSync(new URL('pasted-poems.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as PastedCase);

const STORK = '白日依山尽 黄河入海流 欲穷千里目 更上一层楼';
const MAPLE = '月落乌啼霜满天 江枫渔火对愁眠 姑苏城外寒山寺 夜半钟声到客船';
const SPRING = '国破山河在 城春草木深 感时花溅泪 恨别鸟惊心 烽火连三月 家书抵万金 白头搔更短 浑欲不胜簪';
const CLIMB =
  '风急天高猿啸哀 渚清沙白鸟飞回 无边落木萧萧下 不尽长江滚滚来 万里悲秋常作客 百年多病独登台 艰难苦恨繁霜鬓 潦倒新停浊酒杯';

const linesOf = (text: string): string[] => readPoemText(text).poems.map(({ lines }) => lines.join(' '));

describe('reading what people paste', () => {
  it.each(PASTED)('$name', ({ text, poems, title, author, dynasty }) => {
    const found = readPoemText(text).poems;
    expect(found.map(({ lines }) => lines.join(' '))).toEqual(poems);
    if (title !== undefined) expect(found[0]?.title).toBe(title);
    if (author !== undefined) expect(found[0]?.author).toBe(author);
    if (dynasty !== undefined) expect(found[0]?.dynasty).toBe(dynasty);
  });

  it('says what it left out', () => {
    const [poem] = readPoemText(
      '登鹳雀楼\n〔唐〕王之涣\n白日依山尽（一作没），黄河入海流。\nbái rì yī shān jìn\n欲穷千里目，更上一层楼。\n注：楼在蒲州。',
    ).poems;
    expect(poem?.leftOut).toEqual([
      { kind: 'script', text: 'bái rì yī shān jìn' },
      { kind: 'title', text: '登鹳雀楼' },
      { kind: 'dynasty', text: '唐' },
      { kind: 'author', text: '王之涣' },
      { kind: 'note', text: '一作没' },
      { kind: 'note', text: '注:楼在蒲州。' },
    ]);
  });

  it('keeps the marks after lines, full-width', () => {
    const [poem] = readPoemText('君问归期未有期? 巴山夜雨涨秋池.\n何当共剪西窗烛!却话巴山夜雨时').poems;
    expect(poem?.marks).toEqual(['？', '。', '！', '']);
  });

  it.each([STORK, MAPLE, SPRING, CLIMB])('reads what it has read as the same', (poem) => {
    const [once] = readPoemText(layOut(poem.split(' '))).poems;
    expect(linesOf(layOut(once?.lines ?? []))).toEqual([poem]);
  });
});

/** What may be done to a poem and leave it the same poem. */
const POEMS = [
  STORK,
  MAPLE,
  SPRING,
  CLIMB,
  '春眠不觉晓 处处闻啼鸟 夜来风雨声 花落知多少',
  '床前明月光 疑是地上霜 举头望明月 低头思故乡',
  '朝辞白帝彩云间 千里江陵一日还 两岸猿声啼不住 轻舟已过万重山',
];
const HEADINGS = [
  '',
  '登鹳雀楼\n王之涣\n',
  '《静夜思》 李白\n\n',
  '〔唐〕杜甫\n',
  '# 相思\n\n',
  '题：送友人\n作者：佚名\n',
];
const ENDINGS = [
  '',
  '\n\n注释\n白日：太阳。',
  '\n——王之涣《登鹳雀楼》',
  '\n【注】此诗写景。',
  '\n\n1\n',
  '\nhttps://example.org/1',
];
const NOTES = ['', '', '[1]', '①', '（一作空）', '〔二〕', '¹', '*', '(yī)'];
const UNSEEN = ['', '', '', '\u200b', '\ufe00', '\ufeff', '\u2060'];
const ENDS: readonly (readonly [string, string])[] = [
  ['，', '。\n'],
  [',', '.\n'],
  ['，\n', '。\n'],
  ['　', '\n'],
  ['\n', '\n'],
  ['，<br>', '。<br/>'],
  [' / ', ' / '],
  ['，\n\n', '。\n\n'],
  ['､', '｡'],
];

const decorated = fc
  .record({
    poem: fc.constantFrom(...POEMS),
    heading: fc.constantFrom(...HEADINGS),
    ending: fc.constantFrom(...ENDINGS),
    ends: fc.constantFrom(...ENDS),
    notes: fc.array(fc.constantFrom(...NOTES), { minLength: 8, maxLength: 8 }),
    unseen: fc.array(fc.constantFrom(...UNSEEN), { minLength: 7, maxLength: 7 }),
    indent: fc.constantFrom('', '　　', '  ', '> '),
    quotes: fc.constantFrom(['', ''], ['「', '」'], ['“', '”']),
  })
  .map(({ poem, heading, ending, ends, notes, unseen, indent, quotes }) => {
    const lines = poem.split(' ').map((line, index) => {
      const characters = [...line].map((character, at) => character + (unseen[at] ?? '')).join('');
      return characters + (notes[index] ?? '') + (ends[index % 2] ?? '');
    });
    const body = `${quotes[0]}${lines.join('')}`.trimEnd() + quotes[1];
    return { poem, text: heading + body.replace(/^(?=.)/gmu, indent) + ending };
  });

describe('a poem with anything around it', () => {
  it('is the same poem', () => {
    fc.assert(
      fc.property(decorated, ({ poem, text }) => {
        expect(linesOf(text)).toEqual([poem]);
      }),
      { numRuns: 3000 },
    );
  });

  it('never fails, whatever the text', () => {
    const pieces = fc.constantFrom(
      ...'白日依山尽，。（）[]《》\n 1.一#*-—:：“”<br>&{}|/①其二注释作者',
      '\u200b',
      'a',
      '🌸',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 120 }), (parts) => {
        for (const { lines, marks } of readPoemText(parts.join('')).poems) {
          expect(marks).toHaveLength(lines.length);
          expect(lines.every((line) => /^[\p{Script=Han}□]+$/u.test(line))).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
