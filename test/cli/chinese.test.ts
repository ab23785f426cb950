/** Messages in the user's language. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { afterEach, describe, expect, it } from 'vitest';
import { inChinese } from '../../src/cli/chinese.js';
import { setLanguage } from '../../src/cli/language.js';
import { run } from '../in-process.js';

afterEach(() => setLanguage('en'));

describe('a message in Chinese', () => {
  it.each([
    [
      'seed: found 0.5, expected a whole number from 0 to 2^53 − 1',
      'seed：得到 0.5，应为0 到 2^53 − 1 的整数',
    ],
    ['a.yaml: defaults.r: unknown key, did you mean r?', 'a.yaml：defaults.r：没有这个键，是否指 r？'],
    ['poem: found "a: b", expected Chinese characters', 'poem：得到 "a: b"，应为汉字'],
    ['--form: 六言: expected one of 五言绝句, 七言绝句', '--form：六言：应为五言绝句, 七言绝句 之一'],
    [
      'temperature: found 9, expected a number from 0 to 5 or null',
      'temperature：得到 9，应为0 到 5 的数或null',
    ],
    ['data.jsonl:3: not JSON', 'data.jsonl:3：不是 JSON'],
    [
      'out.jsonl: is there already, expected a new file, or --force to replace it',
      'out.jsonl：已经存在，应为新文件，或加 --force 替换它',
    ],
    ['"月" is forbidden, but given in line 2: drop one of the two', '“月”禁用，却在第 2 句给出：二者去一'],
    [
      'given line 2 "白日": 2 characters, but 五言绝句 has 5 a line',
      '所给第 2 句“白日”：2 字，而五言绝句每句 5 字',
    ],
    [
      'w.safetensors: the disk is full; what was finished before is kept, make room and run again',
      'w.safetensors：磁盘已满；已成的都在，腾出地方再运行',
    ],
  ])('%s', (english, chinese) => {
    expect(inChinese(english)).toBe(chinese);
  });

  it('stays as it is where nothing is known of it', () => {
    expect(inChinese('something quite new went wrong')).toBe('something quite new went wrong');
  });
});

describe('the command line in Chinese', () => {
  it.each([
    [['wrte'], /没有命令 'wrte'（是否指 write？）/],
    [['write', '--fom', 'x'], /没有选项 '--fom'（是否指 --form？）/],
    [['write', '--count', '0'], /选项 --count <n> 的值 0 不对：得到 "0"，应为1 到 \d+ 的整数/],
    [['write', '--device', 'x'], /选项 --device <name> 的值 x 不对，可为 cpu, cuda/],
    [['write', '--form', '六言'], /--form：六言：应为五言绝句, .* 之一/],
    [['write', '--model', 'nowhere'], /nowhere：没有这个模型文件夹/],
    [['write', '--api-key', 'x'], /--api-key：缺 --endpoint，应为两者都有/],
    [['check', 'nowhere.txt'], /nowhere\.txt：读不了/],
    [['train'], /缺少参数 recipe/],
    [['train', 'nowhere.yaml'], /nowhere\.yaml：读不了/],
    [['train', 'recipes/mini.yaml', '--set', 'lerning_rate=1'], /没有这个键，是否指 learning_rate？/],
    [['train', 'recipes/mini.yaml', '--set', 'learning_rate=x'], /learning_rate：得到 "x"，应为/],
    [['data', 'build', '--source', 'nowhere'], /nowhere：没有这个文件或文件夹/],
    [['data', 'check', 'recipes/mini.yaml'], /recipes\/mini\.yaml:1：不是 JSON/],
  ])('refuses %j', async (args, expected) => {
    const { code, text } = await run('--lang', 'zh', ...args);
    expect(code).toBe(2);
    expect(text).toMatch(expected);
  });

  it('has its help under Chinese headings', async () => {
    const { text } = await run('--lang', 'zh', 'write', '--help');
    for (const title of ['用法：', '参数：', '选项：']) expect(text).toContain(title);
  });
});

describe('every message of the rooms', () => {
  /** Messages as the sources have them, 甲 for what is put into them. */
  function textOf(node: ts.Node): string {
    if (ts.isStringLiteralLike(node)) return node.text;
    if (!ts.isTemplateExpression(node)) return '甲';
    return node.head.text + node.templateSpans.map(({ literal }) => `甲${literal.text}`).join('');
  }
  function messagesOf(file: string): string[] {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const messages: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isNewExpression(node) && node.expression.getText() === 'InputError') {
        const [message] = node.arguments ?? [];
        if (message) messages.push(textOf(message));
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return messages;
  }
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.tsx?$/u.test(name),
  );
  const messages = files.flatMap((name) => messagesOf(path.join('src', name)));

  it('has Chinese, without English sentences between', () => {
    expect(messages.length).toBeGreaterThan(200);
    const english = messages.filter((message) => {
      // What is worded elsewhere stands in most of these.
      const words = message.match(/[A-Za-z]{2,}/gu) ?? [];
      const chinese = inChinese(message);
      return words.length > 2 && (chinese === message || /[a-z]{2,} [a-z]{2,} [a-z]+/u.test(chinese));
    });
    expect(english).toEqual([]);
  });
});
