import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Poet } from '../../src/writing/poet.js';
import type { WrittenPoem } from '../../src/writing/written-poem.js';

describe('a stream of pieces', () => {
  let poet: Poet;
  beforeAll(async () => {
    poet = await Poet.load({ model: 'models/miniature', adapter: 'models/miniature-dpo' });
  });
  afterAll(() => poet.release());

  it('makes the poems that write gives, whole in their last pieces', async () => {
    const request = { form: '五言绝句', themes: ['秋天'], count: 2, seed: 4 } as const;
    const texts = ['', ''];
    const written: WrittenPoem[] = [];
    let pieces = 0;
    for await (const piece of poet.stream(request)) {
      texts[piece.poem] += piece.text;
      if (piece.written) written[piece.poem] = piece.written;
      pieces += 1;
    }
    expect(written).toEqual(await poet.write(request));
    expect(texts).toEqual(written.map(({ text }) => text));
    expect(pieces).toBeGreaterThan(40);
  });

  it('stops writing when the loop is left', async () => {
    const tokens: string[] = [];
    const onToken = (_: number, text: string): unknown => tokens.push(text);
    for await (const { text } of poet.stream({ form: '七言律诗', onToken })) {
      expect(text).not.toBe('');
      break;
    }
    // Another poem is written meanwhile: what was left would have gone on beside it.
    await poet.write({ form: '五言绝句' });
    expect(tokens.length).toBeLessThan(5);
  });

  it('ends with the error of what writes: a signal’s, a request that cannot be met', async () => {
    const drain = async (options: Parameters<Poet['stream']>[0]): Promise<void> => {
      for await (const { text } of poet.stream(options)) expect(text).toBeDefined();
    };
    const controller = new AbortController();
    const onToken = (): void => controller.abort(new Error('enough'));
    await expect(drain({ form: '五言绝句', signal: controller.signal, onToken })).rejects.toThrow('enough');
    await expect(drain({ form: '六言绝句' })).rejects.toThrow(/^form: found "六言绝句"/);
    await expect(drain({ form: '五言绝句', candidates: 2 })).rejects.toThrow(
      /^candidates: found 2, expected 1/,
    );
    await expect(drain({ form: '五言绝句', beams: 2 })).rejects.toThrow(/^beams: found 2, expected 1/);
  });
});
