import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/poetry/prosody/rules.js';
import { shiren } from '../shiren.js';

describe('the command line', () => {
  it('has help with an example for every command', () => {
    for (const command of ['write', 'check', 'train', 'eval', 'pretrain', 'demo']) {
      expect(shiren([command, '--help']).out).toMatch(/Examples?:/);
    }
    expect(shiren(['data', 'build', '--help']).out).toContain('Examples:');
  });

  it.each([
    [['wrte'], "unknown command 'wrte'"],
    [['write', '--form', '六言'], '--form: 六言: expected one of 五言绝句'],
    [['write', '写一首[六言绝句]'], 'prompt: 六言绝句: expected one of'],
    [['write', '写一首[五言律诗] 要求4句'], 'prompt: 4句: 五言律诗 has 8 lines'],
    [['write', '--model', 'nowhere'], 'nowhere: no such model folder'],
    [['check', 'nowhere.txt'], 'nowhere.txt: cannot be read'],
    [['train', 'nowhere.yaml'], 'nowhere.yaml: cannot be read'],
    [['train', 'recipes/mini.yaml', '--set', 'lerning_rate=1'], 'did you mean learning_rate?'],
    [['data', 'build', '--source', 'nowhere'], 'nowhere: no such file or folder'],
    [['data', 'check', 'recipes/mini.yaml'], 'recipes/mini.yaml:1: not JSON'],
  ])('answers %j with one clear line and exit code 2', (args, message) => {
    const { code, err } = shiren(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
  });

  it('checks poems from standard input, one JSON object a line', () => {
    const poems =
      '白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。\n\n春眠不觉晓，处处闻啼鸟。\n夜来风雨声，花落知多少。\n';
    const lines = shiren(['check', '--json'], poems).out.trim().split('\n');
    const checks = lines.map((line) => JSON.parse(line) as { form: string; violations: { rule: string }[] });
    expect(checks.map(({ form }) => form)).toEqual(['五绝', '古绝']);
    for (const { rule } of checks[1]!.violations) expect(Object.keys(RULES)).toContain(rule);
  });

  it('says in ten lines what to do next, to those who ask for nothing', () => {
    const { code, out } = shiren([]);
    const lines = out.trimEnd().split('\n');
    expect([code, lines.length <= 10, lines[0]]).toEqual([
      0,
      true,
      expect.stringMatching(/^诗人 shiren \d/u),
    ]);
    for (const command of ['write', 'check', 'studio', 'doctor', 'help']) {
      expect(out).toContain(`  shiren ${command}`);
    }
  });

  it('groups its commands by what one wants to do', () => {
    const { out } = shiren(['--help']);
    for (const group of [
      'Write and check',
      'Train and compare',
      'The page, HTTP, and other programs',
      'This machine',
    ])
      expect(out).toContain(`\n${group}:\n`);
    expect(out).toMatch(/Train and compare:[^]*\n {2}train [^]*This machine:[^]*\n {2}doctor /u);
    expect(shiren(['--version']).out).toMatch(/^\d+\.\d+\.\d+/u);
  });

  it('speaks Chinese when asked to', () => {
    const { out } = shiren(['--lang', 'zh', 'check'], '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。');
    expect(out).toContain('合律');
  });
});
