/** Running an iterative_dpo stage: rounds of sampling from the model as it is, judging, and DPO on the pairs. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readSftDataset, assistantMessage, messageText, userMessage } from '../corpus/dataset.js';
import type { EvaluationPrompt } from '../evaluation/evaluate.js';
import { samplePairs, type OnPolicyPair } from '../evaluation/on-policy.js';
import type { Yardstick } from '../evaluation/yardstick.js';
import { loadAdapter, saveAdapter, type Adapter } from '../model/lora.js';
import { formByName } from '../poetry/forms.js';
import { InputError } from '../support/errors.js';
import { writeJson, writeJsonLines } from '../support/files.js';
import { Random } from '../support/random.js';
import { settingsOf, stageRecipe, type IterativeDpoRecipe } from '../training/recipe.js';
import { isStageDone } from '../training/trainer.js';
import { Decoder } from '../writing/decoder.js';
import { Poet } from '../writing/poet.js';
import { say } from './language.js';
import { startProgress } from './progress.js';
import { loadYardstick } from './yardstick.js';
import { runStage, type StageContext } from './run-stage.js';

/** The prompts of an SFT set that say what was asked for. @throws InputError where none does */
async function readAskedPrompts(file: string): Promise<EvaluationPrompt[]> {
  const prompts = (await readSftDataset(file)).flatMap((example): EvaluationPrompt[] => {
    const form = formByName(example.form ?? '');
    if (!form || example.themes === undefined) return [];
    return [{ prompt: messageText(example.prompt), form, themes: example.themes }];
  });
  if (prompts.length === 0) {
    throw new InputError(`${file}: no example has the columns form and themes, by which poems are judged`);
  }
  return prompts;
}

/**
 * Trains the rounds of a stage, each in a folder of its own (round-1, round-2 …) that holds its pairs and its adapter; a run that was
 * stopped goes on where it was. The last round's adapter is the stage's.
 *
 * @returns false if the signal stopped it before the end
 */
export async function runOnlineStage(
  folder: string,
  stage: IterativeDpoRecipe,
  context: StageContext,
  start: Adapter | undefined,
): Promise<boolean> {
  const prompts = await readAskedPrompts(path.resolve(context.data, stage.train_dataset));
  const yardstick = await loadYardstick(context.data);
  let adapter = start;
  for (let round = 1; round <= stage.num_rounds; round += 1) {
    const roundFolder = path.join(folder, `round-${round}`);
    if (!isStageDone(roundFolder)) {
      const pairsFile = path.join(roundFolder, 'pairs.jsonl');
      if (!existsSync(pairsFile)) {
        const asked = Random.for(stage.seed, 'prompts', round)
          .shuffle(prompts)
          .slice(0, stage.prompts_per_round);
        const pairs = await samplePoems(asked, round, yardstick, stage, context, adapter);
        if (!pairs) return false;
        if (pairs.length === 0) {
          throw new InputError(
            `${stage.name}: round ${round}: the poems of each of ${asked.length} prompts are about as good as each other: no pair to learn from; raise temperature, num_generations or prompts_per_round`,
          );
        }
        await writeJsonLines(pairsFile, pairs.map(asPreference));
      }
      const recipe = stageRecipe({
        ...withoutRounds(stage),
        name: `${stage.name} ${round}/${stage.num_rounds}`,
        type: 'dpo',
        train_dataset: path.resolve(pairsFile),
      });
      if (!(await runStage(roundFolder, recipe, context, adapter))) return false;
    }
    adapter = await loadAdapter(roundFolder, context.model.config);
  }
  if (!adapter) throw new Error('a stage has at least one round');
  await writeJson(path.join(folder, 'recipe.json'), stage);
  await saveAdapter(folder, adapter, context.baseName);
  return true;
}

/** What a round of DPO takes from the stage's settings. */
function withoutRounds(stage: IterativeDpoRecipe): Partial<IterativeDpoRecipe> {
  return Object.fromEntries(Object.entries(stage).filter(([key]) => Object.hasOwn(settingsOf('dpo'), key)));
}

/** The pairs of a round; undefined if the signal stopped it. */
async function samplePoems(
  prompts: readonly EvaluationPrompt[],
  round: number,
  yardstick: Yardstick,
  stage: IterativeDpoRecipe,
  { model, tokenizer, signal, threads, device, json }: StageContext,
  adapter: Adapter | undefined,
): Promise<OnPolicyPair[] | undefined> {
  const decoder = await Decoder.create(model, { lora: adapter?.config, positions: 512, threads, device });
  const poet = new Poet({ name: stage.name, decoder, tokenizer, adapter });
  const title = say(`${stage.name} 第${round}轮取样`, `${stage.name} round ${round}: sampling`);
  const bar = json ? undefined : startProgress(title, prompts.length);
  try {
    return await samplePairs(poet, {
      prompts,
      generations: stage.num_generations,
      temperature: stage.temperature,
      seed: stage.seed + round * prompts.length * stage.num_generations,
      yardstick,
      signal,
      onProgress: (done) => bar?.update(done, ''),
    });
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  } finally {
    bar?.stop();
    await poet.release();
  }
}

/** A line of a preference set, with the figures that it was chosen by. */
function asPreference({ prompt, chosen, rejected, chosenScore, rejectedScore }: OnPolicyPair): object {
  return {
    prompt: userMessage(prompt),
    chosen: assistantMessage(chosen),
    rejected: assistantMessage(rejected),
    rejected_reason: 'sampled',
    chosen_score: chosenScore,
    rejected_score: rejectedScore,
  };
}
