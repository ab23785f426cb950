/** The figures against true poems spoilt on purpose: the held-out poems of the starter corpus. Prints the table. */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readReferenceCorpus } from '../../src/pipeline/reference-corpus.js';
import { buildDatasets } from '../../src/corpus/build.js';
import { bootstrap, mean } from '../../src/evaluation/bootstrap.js';
import { corruptText, SANITY_CHECK_NAMES, SANITY_CHECKS } from '../../src/evaluation/corruptions.js';
import {
  measurePoem,
  METRIC_NAMES,
  type MetricName,
  type PoemMetrics,
} from '../../src/evaluation/metrics.js';
import { readPrompts } from '../../src/pipeline/evaluation-prompts.js';
import { Random } from '../../src/support/random.js';

describe('the figures', () => {
  const spoilt = new Map<string, PoemMetrics[]>();
  let real: PoemMetrics[];
  const average = (poems: readonly PoemMetrics[], metric: MetricName): number =>
    mean(poems.map((poem) => poem[metric] ?? NaN));

  beforeAll(async () => {
    const data = mkdtempSync(path.join(os.tmpdir(), 'shiren-sanity-'));
    await buildDatasets({ source: 'data/starter', out: data, testShare: 0.5 });
    const prompts = await readPrompts(path.join(data, 'prompts.jsonl'));
    const yardstick = await readReferenceCorpus(data);
    real = prompts.map((prompt) => measurePoem(prompt.reference!, prompt, yardstick));
    const random = new Random(1);
    for (const name of SANITY_CHECK_NAMES) {
      const poems = prompts.map((prompt) => {
        const others = prompts.filter(({ form }) => form === prompt.form).map(({ reference }) => reference!);
        return measurePoem(corruptText(name, prompt.reference!, others, random), prompt, yardstick);
      });
      spoilt.set(name, poems);
    }
    const columns = [
      'rhyme',
      'format',
      'tone',
      'adhesion',
      'variety',
      'diction',
      'theme',
      'overall',
    ] as const;
    const line = (name: string, poems: readonly PoemMetrics[]): string =>
      `${name.padEnd(22)}${columns.map((metric) => average(poems, metric).toFixed(2).padStart(10)).join('')}`;
    console.log(
      [
        `${String(prompts.length).padEnd(22)}${columns.map((metric) => metric.padStart(10)).join('')}`,
        line('real', real),
        ...[...spoilt].map(([name, poems]) => line(name, poems)),
      ].join('\n'),
    );
  });

  it('put true poems at the top', () => {
    for (const metric of ['format', 'tone', 'adhesion', 'faultless', 'variety'] as const) {
      expect(average(real, metric), metric).toBeGreaterThan(0.9);
    }
    for (const [name, poems] of spoilt) {
      expect(average(real, 'overall'), name).toBeGreaterThan(average(poems, 'overall'));
    }
  });

  it.each(SANITY_CHECK_NAMES)('fall for %s in the dimension concerned, beyond chance', (name) => {
    const { lowers } = SANITY_CHECKS[name];
    const poems = spoilt.get(name)!;
    const falls = real.map((poem, index) => (poem[lowers] ?? 0) - (poems[index]?.[lowers] ?? 0));
    expect(bootstrap(falls).low, lowers).toBeGreaterThan(0);
  });

  it('lie where they are said to', () => {
    for (const poem of [...real, ...[...spoilt.values()].flat()]) {
      for (const metric of METRIC_NAMES) {
        const value = poem[metric];
        if (value !== null && metric !== 'perplexity' && metric !== 'longest') {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }
    }
  });
});
