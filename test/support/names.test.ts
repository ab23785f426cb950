import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameFor, nameSchema } from '../../src/support/names.js';
import { checked } from '../../src/support/schema.js';

const checkedName = (name: string, what: string): string => checked(nameSchema(), name, what);

const hostile = [
  ...[
    '',
    '.',
    '..',
    '../x',
    '../../x',
    'a/b',
    'a\\b',
    '/etc/passwd',
    'C:x',
    '-rf',
    '.hidden',
    ' x',
    'x ',
    'x.',
  ],
  ...[
    'a\0b',
    'a\nb',
    'con',
    'NUL.txt',
    'lpt1',
    'a\u202eb',
    'a\u2028b',
    'a*',
    'a?',
    '"a"',
    '<a>',
    'a|b',
    'x'.repeat(65),
  ],
];

describe('a name that becomes a file name', () => {
  it.each(['stage1-raw', '第一阶段', 'gemma 3 (270M)', 'v1.2_final', 'console', 'a'])('may be %s', (name) => {
    expect(checkedName(name, 'name')).toBe(name);
    expect(fileNameFor(name)).toBe(name);
  });

  it.each(hostile)('may not be %j', (name) => {
    expect(() => checkedName(name, 'stages[0].name')).toThrow(
      /^stages\[0\]\.name: found .*, expected a plain file name/,
    );
  });

  it('is made of any name there is, in the folder where it should be', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-names-'));
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...hostile, 'Qwen/Qwen3-0.6B'), fc.string({ unit: 'binary' })),
        (name) => {
          const plain = fileNameFor(name);
          expect(checkedName(plain, 'name')).toBe(plain);
          expect(path.dirname(path.join(folder, plain))).toBe(folder);
          writeFileSync(path.join(folder, `${plain}.jsonl`), '');
        },
      ),
      { numRuns: 300 },
    );
    expect(readdirSync(path.dirname(folder))).toContain(path.basename(folder));
    expect(fileNameFor('Qwen/Qwen3-0.6B')).toBe('Qwen_Qwen3-0.6B');
  });
});
