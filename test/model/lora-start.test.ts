import { beforeAll, describe, expect, it } from 'vitest';
import { openModel, type ModelFolder } from '../../src/model/folder.js';
import { loraScaling, type Adapter } from '../../src/model/lora.js';
import { keepOpposite, newLora } from '../../src/model/lora-start.js';
import { leadingQr, principalParts, type LowRank, type Weight } from '../../src/model/low-rank.js';
import { Random } from '../../src/support/random.js';
import { tinyModel } from '../support-tiny-model.js';

/** Left · right, row by row. */
function product({ left, right }: LowRank, r: number): number[] {
  const [out, inner] = [left.length / r, right.length / r];
  return Array.from({ length: out * inner }, (_, index) => {
    const [row, column] = [Math.floor(index / inner), index % inner];
    let sum = 0;
    for (let at = 0; at < r; at += 1) sum += left[row * r + at]! * right[at * inner + column]!;
    return sum;
  });
}

/** A random weight that is the sum of a few outer products, each smaller than the one before, and a little noise. */
function decaying(out: number, inner: number, noise = 1e-3): Weight {
  const random = Random.for(5, 'weight');
  const data = Float32Array.from({ length: out * inner }, () => noise * random.normal());
  for (let size = 8; size >= 1; size /= 2) {
    const u = Array.from({ length: out }, () => random.normal());
    const v = Array.from({ length: inner }, () => random.normal());
    u.forEach((a, row) => v.forEach((b, column) => (data[row * inner + column]! += size * a * b)));
  }
  return { data, out, in: inner };
}

const distance = (a: readonly number[], b: ArrayLike<number>): number =>
  Math.sqrt(a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0));

describe('the principal parts of a weight', () => {
  it.each([
    ['small', 40, 24],
    ['wide', 24, 40],
    ['large, found by iteration', 530, 540],
  ])('are the nearest product of rank r: %s', (_, out, inner) => {
    const weight = decaying(out, inner);
    const norm = distance([...weight.data], new Float32Array(weight.data.length));
    const left = [1, 2, 4].map((r) => distance(product(principalParts(weight, r, 1), r), weight.data) / norm);
    // Four outer products: of rank four nothing but the noise is left over.
    expect(left[0]!).toBeGreaterThan(left[1]!);
    expect(left[1]!).toBeGreaterThan(left[2]!);
    expect(left[2]!).toBeLessThan(1e-3);
  });

  it('and the leading rows and columns of Q·R give back the first columns', () => {
    const weight = decaying(20, 12, 0.5);
    const parts = product(leadingQr(weight, 3), 3);
    parts.forEach((value, index) => {
      if (index % 12 < 3) expect(value).toBeCloseTo(weight.data[index]!, 4);
    });
  });
});

describe('a new adapter', () => {
  let model: ModelFolder;
  beforeAll(async () => {
    model = await openModel((await tinyModel()).folder);
  });
  const config = { r: 4, loraAlpha: 6, loraDropout: 0, targetModules: ['q_proj', 'down_proj'] } as const;

  const added = ({ config: own, layers }: Adapter): number =>
    Math.max(
      ...[...layers.values()].flatMap(({ a, b }) =>
        product({ left: b.data, right: a.data }, own.r).map(Math.abs),
      ),
    );

  it.each(['olora', 'pissa'] as const)(
    'of %s adds nothing at first, at the scale that was asked for',
    async (start) => {
      for (const useRslora of [false, true]) {
        const adapter = await newLora(model, { ...config, useRslora }, 1, start);
        expect(added(adapter)).toBeLessThan(1e-5);
        expect(adapter.config.r).toBe(8);
        expect(loraScaling(adapter.config)).toBeCloseTo(loraScaling({ ...config, useRslora }), 10);
      }
    },
  );

  it('that is gaussian has a normal A with the deviation 1/r, and B zero', async () => {
    const adapter = await newLora(model, { ...config, r: 16 }, 1, 'gaussian');
    const values = [...adapter.layers.values()].flatMap(({ a }) => [...a.data]);
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    expect(deviation * 16).toBeCloseTo(1, 1);
    expect(added(adapter)).toBe(0);
  });

  it('keeps the half that takes parts out of the base', () => {
    const ones = (): Float32Array => new Float32Array(12).fill(1);
    const [a, b] = [ones(), ones()];
    keepOpposite(a, [4, 3], 'q_proj.lora_A');
    keepOpposite(b, [3, 4], 'q_proj.lora_B');
    expect([...a]).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    expect([...b]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0]);
  });

  it('may be asked for by a regular expression that the whole path matches', async () => {
    const layers = async (targetModules: string): Promise<string[]> => [
      ...(await newLora(model, { ...config, targetModules }, 1, true)).layers.keys(),
    ];
    expect(await layers('.*\\.0\\..*\\.(q|v)_proj')).toEqual([
      'model.layers.0.self_attn.q_proj',
      'model.layers.0.self_attn.v_proj',
    ]);
    expect((await layers('all-linear')).length % 7).toBe(0);
    await expect(layers('q_proj')).rejects.toThrow(/target_modules: "q_proj" matches no linear layer/);
  });
});
