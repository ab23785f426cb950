import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Poet } from '../../../src/writing/poet.js';
import { certainLength, stopIn } from '../../../src/writing/decoding/stop-sequences.js';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '。', '\n'), maxLength: 12 });
const stops = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'b', '。', '\n'), minLength: 1, maxLength: 4 }),
  {
    maxLength: 4,
  },
);

describe('stop sequences', () => {
  it('are never shown, not even their beginning, and nothing else is kept back for good', () => {
    fc.assert(
      fc.property(letters, stops, (text, all) => {
        const end = stopIn(text, all) ?? text.length;
        for (let length = 0; length <= text.length; length += 1) {
          const part = text.slice(0, length);
          if (stopIn(part, all) !== undefined) break;
          expect(certainLength(part, all)).toBeLessThanOrEqual(end);
          // What is kept back could go on as a stop sequence.
          const kept = part.slice(certainLength(part, all));
          expect(kept === '' || all.some((stop) => stop.startsWith(kept) && stop !== kept)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an answer', () => {
  let poet: Poet;
  beforeAll(async () => {
    poet = await Poet.load({ model: 'models/miniature', adapter: 'models/miniature-dpo' });
  });
  afterAll(() => poet.release());
  const messages = [{ role: 'user' as const, content: '写一首[五言绝句] 要求4句 主题为: 秋天' }];
  const LONGEST = 30;

  it('is the same streamed and whole, and ends before the first stop', async () => {
    const plain = new Map<number, string>();
    const whole = async (seed: number): Promise<string> => {
      const text = plain.get(seed) ?? (await poet.answer(messages, { seed, maxNewTokens: LONGEST })).text;
      plain.set(seed, text);
      return text;
    };
    // Parts of the answer itself, over line ends and over several tokens, with or without something that is not in it.
    const place = fc.record({
      start: fc.nat(28),
      length: fc.integer({ min: 1, max: 5 }),
      end: fc.constantFrom('', '', '莫'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(place, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 5 }),
        async (places, n, first) => {
          const texts = await Promise.all(Array.from({ length: n }, (_, index) => whole(first + index)));
          const stop = places
            .map(({ start, length, end }) => (texts[0] ?? '').slice(start, start + length) + end)
            .filter((one) => one !== '');
          const answers = await Promise.all(
            texts.map(async (_, index) => {
              const shown: string[] = [];
              const onToken = (text: string): void => void shown.push(text);
              const seed = first + index;
              const { text } = await poet.answer(messages, { seed, stop, maxNewTokens: LONGEST, onToken });
              const again = await poet.answer(messages, { seed, stop, maxNewTokens: LONGEST });
              expect(shown.at(-1) ?? '').toBe(text);
              expect(again.text).toBe(text);
              shown.forEach((part) => expect(text.startsWith(part)).toBe(true));
              return text;
            }),
          );
          expect(answers).toEqual(texts.map((text) => text.slice(0, stopIn(text, stop) ?? text.length)));
        },
      ),
      { numRuns: Number(process.env['SHIREN_FUZZ'] ?? 1) * 12, seed: 8 },
    );
  });
});
