/**
 * Parity with transformers, PEFT and TRL: figures they computed for small random models. The folder comes from GOLDEN_DIR; where it
 * is absent these tests are skipped. GOLDEN_DEVICE, as `--device`, is where the graphs run.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/model/folder.js';
import { loadAdapter, loraTensors, type Adapter } from '../../src/model/lora.js';
import { freezeBase } from '../../src/model/frozen-base.js';
import { packedHiddenStates, packedInputs } from '../../src/model/network.js';
import { DEVICES, type Device, type RuntimeOptions } from '../../src/tensor/device.js';
import { Graph } from '../../src/tensor/graph.js';
import { floats } from '../../src/tensor/arrays.js';
import { Session } from '../../src/tensor/session.js';
import { batchFeeds } from '../../src/training/graph.js';
import { sequenceSums, sftFeeds, sftLoss } from '../../src/training/losses.js';
import { preferenceFeeds, preferenceLoss } from '../../src/training/preference.js';
import { packTrees, type TokenTree } from '../../src/training/packing.js';
import { createLoraStepper } from '../../src/training/trainer-session.js';
import { Decoder } from '../../src/writing/decoder.js';

const folder = process.env['GOLDEN_DIR'] ?? path.resolve('../shared/golden');
const models = existsSync(folder)
  ? readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'model', 'config.json')))
  : [];
if (models.length === 0) console.log(`golden: no reference figures in ${folder}, parity tests are skipped`);

const device = (process.env['GOLDEN_DEVICE'] ?? 'cpu') as Device;
if (!DEVICES.includes(device)) throw new Error(`GOLDEN_DEVICE=${device}: expected ${DEVICES.join(', ')}`);
const runtime: RuntimeOptions = { device };

const read = <T>(...parts: string[]): T => JSON.parse(readFileSync(path.join(folder, ...parts), 'utf8')) as T;

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i += 1) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

function expectAdapter(actual: Adapter, expected: Adapter, tolerance: number): void {
  const found = loraTensors(actual);
  for (const [name, { data }] of loraTensors(expected))
    expectClose(found.get(name)?.data ?? [], data, tolerance);
}

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

describe.skipIf(models.length === 0).each(models.length > 0 ? models : ['no reference figures'])(
  '%s',
  (name) => {
    const model = (): ReturnType<typeof openModel> => openModel(path.join(folder, name, 'model'));

    it('computes the same logits, alone and packed', async () => {
      const golden = read<{
        rows: number[][];
        logits_last: number[][];
        logits_first8: number[][][];
        logsumexp: number[][];
      }>(name, 'logits.json');
      const opened = await model();
      const { config } = opened;
      const graph = new Graph();
      const base = await freezeBase(opened, 'float32', runtime);
      const weights = base.attach(graph);
      const hidden = packedHiddenStates({ graph, config, weights, positions: 512 }, packedInputs(graph));
      graph.output('logits', weights.logits(hidden));
      const session = await Session.create(graph, base.session);
      const trees = golden.rows.map((row): TokenTree => ({ prompt: [], completions: [row] }));
      for (const rowLength of [1, 128]) {
        const batch = packTrees(trees, rowLength);
        const { token_ids, positions, mask } = batchFeeds(batch);
        const logits = floats(
          await session.run({ token_ids: token_ids!, positions: positions!, mask: mask! }),
          'logits',
        );
        const at = (row: number): Float32Array =>
          logits.subarray(row * config.vocabSize, (row + 1) * config.vocabSize);
        golden.rows.forEach((tokens, index) => {
          const ends = batch.lossRows
            .filter(({ sequences }) => sequences.includes(index))
            .map(({ row }) => row);
          tokens.forEach((_, position) => {
            const row = position < ends.length ? ends[position]! : ends[ends.length - 1]! + 1;
            const values = at(row);
            const largest = Math.max(...values);
            const logSumExp =
              largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
            expect(Math.abs(logSumExp - golden.logsumexp[index]![position]!)).toBeLessThan(1e-4);
            expectClose(values.subarray(0, 8), golden.logits_first8[index]![position]!, 1e-4);
            if (position === tokens.length - 1) expectClose(values, golden.logits_last[index]!, 1e-4);
          });
        });
      }
      await session.release();
    });

    it('continues greedily with the same tokens', async () => {
      const golden = read<{ rows: number[][]; greedy: number[] }>(name, 'logits.json');
      const decoder = await Decoder.create(await model(), { ...runtime, positions: 256 });
      // A second sequence of another length must not disturb the first.
      const prompts = [golden.rows[0]!, golden.rows[1]!];
      const state = await decoder.prefill(prompts, golden.greedy.length);
      const tokens = [...golden.rows[0]!];
      while (tokens.length < golden.greedy.length) {
        const best = (sequence: number): number => {
          const values = state.logits(sequence);
          return values.indexOf(Math.max(...values));
        };
        tokens.push(best(0));
        await state.feed([best(0), best(1)]);
      }
      expect(tokens).toEqual(golden.greedy);
      await decoder.release();
    });

    it('takes the same SFT steps', async () => {
      const golden = read<{
        examples: { prompt: number[]; completion: number[] }[];
        micro_batch: number;
        accumulation: number;
        steps: { loss: number; grad_norm: number; learning_rate: number }[];
      }>(name, 'sft.json');
      const opened = await model();
      const adapter = await loadAdapter(path.join(folder, name, 'lora_init'), opened.config);
      const { session, stepper } = await createLoraStepper({
        base: await freezeBase(opened, 'float32', runtime),
        adapter,
        loss: sftLoss,
        longest: 128,
      });
      const steps = chunks(golden.examples, golden.micro_batch * golden.accumulation);
      for (const [index, expected] of golden.steps.entries()) {
        const examples = steps[index]!;
        const tokens = examples.reduce((sum, { completion }) => sum + completion.length, 0);
        let loss = 0;
        for (const micro of chunks(examples, golden.micro_batch)) {
          const batch = packTrees(
            micro.map(({ prompt, completion }) => ({ prompt, completions: [completion] })),
            64,
          );
          const outputs = await stepper.accumulate({ ...batchFeeds(batch), ...sftFeeds(batch, tokens) });
          loss += floats(outputs, 'loss')[0]!;
        }
        const norm = stepper.update(expected.learning_rate, 1);
        expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(1e-5);
        expect(Math.abs(norm / expected.grad_norm - 1)).toBeLessThan(1e-4);
      }
      expectAdapter(
        adapter,
        await loadAdapter(path.join(folder, name, 'lora_sft_final'), opened.config),
        2e-5,
      );
      await session.release();
    });

    it('takes the same DPO steps', async () => {
      const golden = read<{
        pairs: { prompt: number[]; chosen: number[]; rejected: number[] }[];
        beta: number;
        learning_rate: number;
        ref_logps: [number, number][];
        steps: Record<string, number>[];
      }>(name, 'dpo.json');
      const opened = await model();
      const adapter = await loadAdapter(path.join(folder, name, 'lora_sft_final'), opened.config);
      const options = {
        lossType: 'sigmoid',
        beta: golden.beta,
        labelSmoothing: 0,
        rpoAlpha: 0,
        simpoGamma: 0,
      } as const;
      const loss = preferenceLoss(options);
      const { session, stepper } = await createLoraStepper({
        base: await freezeBase(opened, 'float32', runtime),
        adapter,
        loss,
        longest: 128,
      });
      const perStep = golden.pairs.length / golden.steps.length;
      for (const [index, expected] of golden.steps.entries()) {
        const pairs = golden.pairs.slice(index * perStep, (index + 1) * perStep);
        const references = golden.ref_logps.slice(index * perStep, (index + 1) * perStep).flat();
        const trees = pairs.map(({ prompt, chosen, rejected }) => ({
          prompt,
          completions: [chosen, rejected],
        }));
        const batch = packTrees(trees, 96);
        const outputs = await stepper.accumulate({
          ...batchFeeds(batch),
          ...preferenceFeeds(batch, references, options, perStep, 1),
        });
        stepper.update(golden.learning_rate, 1);
        const logps = sequenceSums(batch, floats(outputs, 'logps'));
        const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
        const side = (offset: number): number[] => logps.filter((_, i) => i % 2 === offset);
        const reward = (offset: number): number =>
          golden.beta * mean(side(offset).map((value, i) => value - references[2 * i + offset]!));
        expect(Math.abs(floats(outputs, 'loss')[0]! - expected['loss']!)).toBeLessThan(1e-4);
        expect(Math.abs(mean(side(0)) - expected['logps/chosen']!)).toBeLessThan(1e-4);
        expect(Math.abs(mean(side(1)) - expected['logps/rejected']!)).toBeLessThan(1e-4);
        expect(Math.abs(reward(0) - expected['rewards/chosen']!)).toBeLessThan(1e-4);
        expect(Math.abs(reward(1) - expected['rewards/rejected']!)).toBeLessThan(1e-4);
      }
      expectAdapter(
        adapter,
        await loadAdapter(path.join(folder, name, 'lora_dpo_final'), opened.config),
        5e-5,
      );
      await session.release();
    });
  },
);
