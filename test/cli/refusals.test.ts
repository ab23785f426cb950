/** What the command line refuses before it loads anything: numbers out of range, what would be dropped, what is too long. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../in-process.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-refusals-'));

/** One line that says what was expected. */
async function refused(args: readonly string[], message: string | RegExp): Promise<void> {
  const { code, text } = await run(...args);
  expect([code, text]).toEqual([2, expect.stringMatching(message)]);
  expect(text.trimEnd().split('\n')).toHaveLength(1);
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');

describe('a number out of its range', () => {
  const candidates = 'expected a whole number from 1 to 64';
  const seed = 'expected a whole number from 0 to 2^53 − 1';
  it.each<[string, string[], string]>([
    ['write', ['--temperature', '-3', '5.1', 'NaN', 'Infinity', '', 'hot'], 'expected a number from 0 to 5'],
    ['write', ['--top-p', '0', '1.1', '-1'], 'expected a positive number up to 1'],
    ['write', ['--top-k', '-1', '1.5', '1e9'], 'expected a whole number from 0 to 1000000'],
    ['write', ['--min-p', '-0.1', '2'], 'expected a number from 0 to 1'],
    ['write', ['--repetition-penalty', '0', '-1', '9'], 'expected a positive number up to 5'],
    ['write', ['--seed', '-1', '0.5', '9007199254740992', '1e300'], seed],
    ['write', ['--count', '0', '-5', '2.5', '1e9'], 'expected a whole number from 1 to 100000'],
    ['write', ['--candidates', '0', '65'], candidates],
    ['write', ['--beams', '0', '65'], candidates],
    ['write', ['--threads', '0', '-1', '1.5', '1e6'], 'expected a whole number from 1 to 1024'],
    ['studio', ['--port', '-1', '65536', '80.5'], 'expected a whole number from 0 to 65535'],
    ['studio', ['--queue', '0', '-1'], 'expected a whole number from 1 to 1000000'],
    ['studio', ['--sequences', '0', '-1', '1e9'], 'expected a whole number from 1 to 1024'],
    ['studio', ['--time-limit', '0', '-1', '1e9'], 'expected a positive number up to 86400'],
    ['studio', ['--max-tokens', '0', '1.5'], 'expected a whole number from 1 to 1000000'],
    ['studio', ['--grace', '0', '-1'], 'expected a positive number up to 86400'],
    ['eval', ['--temperature', '-1'], 'expected a number from 0 to 5'],
    ['eval', ['--prompts', '0'], 'expected a whole number from 1'],
    ['eval', ['--seeds', '0'], 'expected a whole number from 1'],
    ['data build', ['--validation-share', '-0.1', '1.5'], 'expected a number from 0 to 1'],
    ['data build', ['--seed', '-1'], seed],
    ['pretrain', ['--learning-rate', '0', '-1'], 'expected a positive number up to 10'],
    ['pretrain', ['--layers', '0'], 'expected a whole number from 1 to 1024'],
    ['demo', ['--prompts', '0'], 'expected a whole number from 1'],
  ])('of %s %j is told with the range', async (command, [flag = '', ...values], expected) => {
    for (const value of values) {
      await refused(
        [...command.split(' '), `${flag}=${value}`],
        new RegExp(`${flag}.*found ${escape(JSON.stringify(value))}, ${escape(expected)}`),
      );
    }
  });
});

describe('what would be dropped', () => {
  it.each<[string[], string]>([
    [['--free', '--acrostic', '春'], 'acrostic: found together with free'],
    [['--free', '--rhyme', '先'], 'rhyme: found together with free'],
    [['--free', '--required', '月'], 'required: found together with free'],
    [['--free', '--original'], 'original: found together with free'],
    [['--free', '--template', '仄起'], 'template: found together with free'],
    [['--rhyme', '先', '--no-rhyme'], '--rhyme and --no-rhyme: found both'],
    [['--no-rhyme', '--rhyme', '先'], '--rhyme and --no-rhyme: found both'],
    [['写一首[七言绝句]', '--form', '五言绝句'], 'form: 五言绝句, but the prompt asks for 七言绝句'],
    [['写一首 要求8句', '--form', '五言绝句'], 'prompt: 8句: 五言绝句 has 4 lines'],
    [['写一首[七言绝句] 主题为: 秋天', '--theme', '春天'], '--theme 春天: the prompt’s theme is 秋天'],
    [['写一首七言律诗，押东韵', '--rhyme', '先'], 'rhyme: 先, but the prompt asks for 东'],
    [['写一首十二句的五言排律', '--lines', '16'], 'lines: 16, but the prompt asks for 12'],
    [['写一首宋词', '--form', '五言绝句'], 'prompt: 宋词: expected one of'],
    [['秋天', '--file', 'x'], '--file x: found together with a prompt'],
    [
      ['--revise', '床前明月光', '--rewrite', '1', '--given', '春'],
      "'--revise <poem>' cannot be used with option '--given",
    ],
    [['--stream', '--json'], "'--stream' cannot be used with option '--json'"],
    [['--stream', '--candidates', '3'], "'--stream' cannot be used with option '--candidates"],
    [['--beams', '3', '--candidates', '3'], "'--beams <n>' cannot be used with option '--candidates"],
    [['--base', '--adapter', 'x'], "'--base' cannot be used with option '--adapter"],
    [
      ['--endpoint', 'http://localhost:1/v1', '--beams', '2'],
      "'--endpoint <url>' cannot be used with option '--beams",
    ],
    [['--endpoint', 'http://localhost:1/v1', '--original'], "cannot be used with option '--original"],
    [['--api-key', 'x'], '--api-key: found without --endpoint'],
    [['--force'], '--force: found without --out'],
    [['--out', 'x', '--force', '--append'], '--force and --append: expected one of the two'],
  ])('of write %j is refused', async (args, message) => {
    await refused(['write', ...args], new RegExp(escape(message)));
  });
});

describe('a text that is too long', () => {
  const long = '山'.repeat(9000);
  it.each<[string[], string]>([
    [[long], 'prompt: found 9000 characters, expected at most 500'],
    [['--theme', long], 'themes[0]: found "山'],
    [['--theme', Array(100).fill('山').join('、')], 'themes: found ['],
    [['--acrostic', long], 'acrostic: found "山'],
    [['--given', long], 'lines: found ["山'],
    [['--form', '五言绝句', '--given', long], 'lines: found ["山'],
    [['--forbidden', long], 'forbidden[0]: found "山'],
    [['--required', long], 'required[0]: found "山'],
    [['--rhyme', long], 'rhyme: found "山'],
    [['--template', long], 'template: found "山'],
    [['--form', long], '--form: 山'],
    [['--revise', long, '--rewrite', '1'], '--revise: found 9000 characters'],
  ])('is refused: %#', async (args, message) => {
    const { code, text } = await run('write', ...args);
    expect([code, text]).toEqual([2, expect.stringContaining(message)]);
    expect(text.length).toBeLessThan(1000);
  });

  it('is not read to its end where it is in a file', async () => {
    const file = path.join(folder, 'long.txt');
    writeFileSync(file, long);
    await refused(['write', '--file', file], `${file}: longer than 2000 bytes`);
    await refused(['write', '--file', folder], `${folder}: a folder, expected a regular file`);
    if (existsSync('/dev/zero')) await refused(['write', '--file', '/dev/zero'], '/dev/zero: a device');
  });
});

describe('a file that is there already', () => {
  it.each([
    ['write', '--theme', '秋天', '--out'],
    ['export', 'gguf'],
    ['data', 'text', '--source', 'data/starter', '--out'],
    ['data', 'index', '--source', 'data/starter', '--out'],
    ['data', 'themes', '--source', 'data/starter', '--out'],
  ])('is not touched by %s %s', async (...args) => {
    const file = path.join(folder, 'kept');
    writeFileSync(file, 'kept');
    await refused([...args, file], `${file}: is there already, expected a new file, or --force`);
    expect(readFileSync(file, 'utf8')).toBe('kept');
    await refused([...args, folder], `${folder}: is there already and no regular file`);
  });
});
