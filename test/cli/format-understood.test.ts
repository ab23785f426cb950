import { afterEach, describe, expect, it } from 'vitest';
import { formatUnderstood } from '../../src/cli/format-understood.js';
import { setLanguage } from '../../src/cli/language.js';

const understood = [
  { text: '夜景', words: ['夜', '灯火'], by: 'table' },
  { text: '明月', words: ['明月'], by: 'poem' },
  { text: '量子', words: [], by: 'none' },
] as const;

describe('what was understood', () => {
  afterEach(() => setLanguage('en'));

  it('is shown with what each word was led to, and those that lead nowhere', () => {
    setLanguage('en');
    expect(formatUnderstood({ understood })).toBe(
      '\n  ⇢ understood: 夜景 → 夜 灯火; 明月\n  ✗ leads to no word of poems: 量子',
    );
    setLanguage('zh');
    expect(formatUnderstood({ understood })).toBe('\n  ⇢ 题意：夜景 → 夜 灯火；明月\n  ✗ 诗中无可对应：量子');
  });

  it('is nothing where nothing was led', () => {
    expect(formatUnderstood({})).toBe('');
  });
});
