/**
 * Parity with transformers, PEFT and TRL: figures they computed, for small random models (GOLDEN_DIR) and for real ones (GOLDEN_REAL_DIR, where
 * REAL_MODELS_DIR holds the models). Where they are absent these tests are skipped. GOLDEN_DEVICE, as `--device`, is where the graphs run.
 *
 * Every model folder is tested by every kind of figures that it has. Another kind is a file beside this one and a row of KINDS.
 */
import { describe, it } from 'vitest';
import { dpo } from './dpo.js';
import { goldenFolders, randomModels, realModels, type FigureKind } from './golden-model.js';
import { grpo } from './grpo.js';
import { kto } from './kto.js';
import { logits } from './logits.js';
import { sft } from './sft.js';

const KINDS: readonly FigureKind[] = [logits, sft, dpo, grpo, kto];

const random = randomModels();
if (random.length === 0)
  console.log(`golden: no reference figures in ${goldenFolders.join(', ')}, parity tests are skipped`);
const real = realModels();
if (real.length === 0)
  console.log('golden: no real models (REAL_MODELS_DIR), their parity tests are skipped');
if (random.length + real.length === 0)
  describe('parity', () => it.skip('no reference figures', () => undefined));

for (const golden of [...random, ...real]) {
  describe(golden.name, { timeout: golden.tolerances.time }, () => {
    for (const kind of KINDS.filter(({ file }) => golden.has(file))) kind.tests(golden);
  });
}
