import { describe, expect, it } from 'vitest';
import { checkPoem } from '../../src/poetry/prosody/check.js';
import { OPENING_POEM } from '../../src/studio/page/opening-poem.js';

describe('the poem that the page opens with', () => {
  it('is judged as its text is judged today', () => {
    const { text, form, check } = OPENING_POEM;
    expect(check).toEqual(checkPoem(text, { form }));
  });

  it('keeps what was asked, in lines that nobody wrote before', () => {
    const { prompt, check, novelty } = OPENING_POEM;
    expect(prompt).toBe('写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静');
    expect([check.shape, check.regulated, check.rhyme.ok]).toEqual(['五言绝句', true, true]);
    expect(novelty).toEqual(['new', 'new', 'new', 'new']);
  });
});
