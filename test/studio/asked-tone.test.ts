import { describe, expect, it } from 'vitest';
import { checkPoem } from '../../src/poetry/prosody/check.js';
import { askedTone } from '../../src/studio/page/asked-tone.js';

/** For each character what its place asks for, as 平! (must), 平? (should) or · (may). */
function askedOf(text: string, line: number): string[] {
  const found = checkPoem(text).lines[line]!;
  return found.tones.map((_, at) => {
    const asked = askedTone(found, at);
    if (!asked) return '';
    return asked.force === 'may' ? '·' : asked.tone + (asked.force === 'must' ? '!' : '?');
  });
}

describe('what the meter asks of a place', () => {
  const poem = '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。';

  it('is that of the type of its line', () => {
    expect(askedOf(poem, 0)).toEqual(['·', '仄!', '·', '平!', '仄!']);
    expect(askedOf(poem, 1)).toEqual(['平!', '平!', '·', '仄!', '平!']);
    expect(askedOf(poem, 2)).toEqual(['·', '平!', '平?', '仄!', '仄!']);
  });

  it('says whether it is kept, and which rule it would break', () => {
    const { lines } = checkPoem('白日依山尽，黄河入海流。欲穷明月夜，更上一层楼。');
    expect(askedTone(lines[0]!, 1)).toEqual({ tone: '仄', force: 'must', rule: 'alternation', kept: true });
    // 孤平: the first place of this type is level, or else the third must be.
    const lone = checkPoem('白日依山尽，白河入海流。欲穷千里目，更上一层楼。').lines[1]!;
    expect(askedTone(lone, 0)).toEqual({ tone: '平', force: 'must', rule: 'lone-level', kept: false });
  });

  it('is nothing in old-style verse', () => {
    expect(askedOf('松下问童子，言师采药去。只在此山中，云深不知处。', 0)).toEqual(['', '', '', '', '']);
  });
});
