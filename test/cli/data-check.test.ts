import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { shiren } from '../shiren.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'shiren-data-check-'));

function file(name: string, ...rows: object[]): string {
  const made = path.join(folder, name);
  writeFileSync(made, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return made;
}

describe('shiren data check', () => {
  const messages = [
    { role: 'system', content: '诗人' },
    { role: 'user', content: '写' },
    { role: 'assistant', content: '白日依山尽' },
    { role: 'user', content: '再写' },
    { role: 'assistant', content: '明月' },
  ];

  it('says what a set holds, and shows an example with the part marked that carries loss', () => {
    const chats = file('chats.jsonl', { messages }, { messages: messages.slice(0, 3) });
    const { code, out } = shiren(['data', 'check', chats, '--set', 'assistant_only_loss=true']);
    expect(code).toBe(0);
    expect(out).toContain(`${chats}: language modeling, conversational, 2 examples`);
    // Characters are tokens here, and each end of a line and each marker: 5 + 2 and 2 + 2, then 5 + 2.
    expect(out).toMatch(/ \d+ tokens, 18 with loss; the longest example has \d+ \(.*chats\.jsonl:1\)/);
    expect(out).toContain('max_length 512: 0 examples would be cut, 0 left out');
    const shown = out.slice(out.indexOf('<|im_start|>')).replace(/^ {4}/gmu, '').replaceAll('⏎', '');
    expect(shown).toContain('assistant\n⟦白日依山尽<|im_end|>\n⟧<|im_start|>user\n再写<|im_end|>\n');
    expect(shown).toContain('⟦明月<|im_end|>\n⟧');
  });

  it('says what would be cut and left out, as JSON too, for several files', () => {
    const text = file('text.jsonl', { text: '白日依山尽，黄河入海流。' }, { text: '明月' });
    const pairs = file('pairs.jsonl', { prompt: '写', chosen: '白日', rejected: '白' });
    const args = ['data', 'check', text, pairs, '--json', '--set', 'max_length=4'];
    const { code, out } = shiren(args);
    expect(code).toBe(0);
    const [first, second] = out.trim().split('\n');
    expect(JSON.parse(first!)).toMatchObject({
      ...{ file: text, kind: 'language modeling', form: 'plain', examples: 2, tokens: 7 },
      ...{ longest: { tokens: 13, place: `${text}:1` }, max_length: 4, truncated: 1, left_out: 0 },
    });
    expect(JSON.parse(second!)).toMatchObject({ kind: 'preference', examples: 1, tokens: 6 });
  });

  it('reads as a stage of a recipe does, and names what is wrong in one line', () => {
    const bad = file('bad.jsonl', { text: '白日' }, { prompt: '写', completion: '' });
    const { code, err } = shiren(['data', 'check', bad]);
    expect([code, err.trim()]).toEqual([2, `shiren: ${bad}:2: completion: empty, expected a text to learn`]);
    const alpaca = file('alpaca.jsonl', { instruction: '写', output: '白日' });
    const read = shiren(['data', 'check', alpaca, '--recipe', 'recipes/mini.yaml', '--set', 'format=alpaca']);
    expect(read.out).toContain('⟦白日<|im_end|>⟧');
    const wrong = shiren(['data', 'check', alpaca, '--set', 'max_lenght=3']);
    expect(wrong.err).toContain('max_lenght: unknown key, did you mean max_length?');
  });
});
