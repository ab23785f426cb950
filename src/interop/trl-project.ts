/** A recipe as a ready TRL project, for those who outgrow one machine. */
import { existsSync } from 'node:fs';
import { cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { textOf, type DatasetSource, type DatasetText } from '../corpus/examples.js';
import { readLearnt, type LearntRow } from '../corpus/learnt.js';
import { CHAT_TEMPLATE_FILE } from '../model/chat-template.js';
import type { ModelFolder } from '../model/folder.js';
import { loadAdapter, saveAdapter, type Adapter } from '../model/lora.js';
import type { Tokenizer } from '../model/tokenizer.js';
import { tokenizeExample } from '../training/tokenize.js';
import { TRAINERS, type Purpose } from '../training/recipe/trainers.js';
import { rewardWeights } from '../training/recipe/grpo-settings.js';
import type { Recipe, StageRecipe } from '../training/recipe.js';
import { ExampleOrder } from '../training/example-order.js';
import { newAdapter } from '../training/train-stage.js';
import { atPlace, InputError } from '../support/errors.js';
import { fileBelowIfThere } from '../support/file-below.js';
import { resolvePath } from '../support/package-files.js';
import { writeFileWhole, writeFolderWhole, writeJson, writeJsonLines } from '../support/files.js';

export interface ProjectOptions {
  readonly recipe: Recipe;
  readonly model: ModelFolder;
  readonly tokenizer: Tokenizer;
  /** The data set of a stage; undefined where it has none for the purpose. */
  readonly datasetOf: (stage: StageRecipe, purpose: Purpose) => Promise<DatasetSource | undefined>;
}

export interface TrlOptions extends ProjectOptions {
  /** Folder of the reference corpus, by which rewards judge. */
  readonly data: string;
  /** Folder of the files that every project has. */
  readonly template: string;
  /** Processes of accelerate; the template's own where absent: four on GPUs, two on a CPU. */
  readonly numProcesses?: number;
}

/** Processes of the template's accelerate files, those for GPUs. */
const TEMPLATE_PROCESSES = 4;

/** The stages of some types. @throws InputError where there is none */
export function stagesOf({ stages }: Recipe, types: readonly StageRecipe['type'][]): StageRecipe[] {
  const chosen = stages.filter(({ type }) => types.includes(type));
  if (chosen.length > 0) return chosen;
  const found = [...new Set(stages.map(({ type }) => type))].join(', ');
  throw new InputError(
    `the recipe has stages of type ${found} only, expected one of type ${types.join(', ')}`,
  );
}

/** Types of stages that TRL has trainers for; rounds of pairs are ours. */
const TRL_TYPES: readonly StageRecipe['type'][] = ['sft', 'dpo', 'kto', 'grpo'];

/** Losses that TRL has in trainers of their own, or no more. */
const NOT_IN_DPO_TRAINER: readonly string[] = ['simpo', 'orpo'];

function requireKnownLosses(stages: readonly StageRecipe[]): void {
  for (const stage of stages) {
    if (stage.type !== 'dpo' || !NOT_IN_DPO_TRAINER.includes(stage.loss_type)) continue;
    throw new InputError(`${stage.name}: loss_type ${stage.loss_type}: TRL’s DPOTrainer does not have it`);
  }
}

/** The processes divide the examples of a step among themselves: a stage whose step they do not divide is refused. */
function requireDivided(stages: readonly StageRecipe[], processes: number): void {
  for (const { name, per_device_train_batch_size: batch, gradient_accumulation_steps: steps } of stages) {
    if ((batch * steps) % processes === 0) continue;
    throw new InputError(
      `${name}: found ${batch * steps} examples a step (per_device_train_batch_size ${batch}, gradient_accumulation_steps ${steps}), ` +
        `expected a multiple of ${processes} processes: change one of the two, or --num-processes`,
    );
  }
}

/** Writes the number of processes where the template's files have theirs. */
async function setProcesses(folder: string, processes: number): Promise<void> {
  const files = (await readdir(path.join(folder, 'accelerate'))).map((name) => path.join('accelerate', name));
  for (const name of [...files, 'slurm.sbatch', 'sky.yaml']) {
    const file = path.join(folder, name);
    const text = await readFile(file, 'utf8');
    await writeFileWhole(
      file,
      text.replace(/(num_processes: |--gpus-per-node=|A100:)\d+/g, (_, key: string) => `${key}${processes}`),
    );
  }
}

/** The base as a project names it: the hub's id, or the folder where it lies here. */
export function baseOf({ model_name_or_path: name }: Recipe, model: ModelFolder): string {
  return existsSync(name) ? path.resolve(model.folder) : name;
}

/** Writes the project: data, order, the adapters before the first step, settings and scripts. */
export async function exportTrl(folder: string, options: TrlOptions): Promise<void> {
  const { recipe, model, tokenizer, data, datasetOf, template, numProcesses } = options;
  const stages = stagesOf(recipe, TRL_TYPES);
  requireKnownLosses(stages);
  requireDivided(stages, numProcesses ?? TEMPLATE_PROCESSES);
  await writeFolderWhole(folder, async (beside) => {
    await cp(template, beside, { recursive: true });
    if (numProcesses !== undefined) await setProcesses(beside, numProcesses);
    const base = baseOf(recipe, model);
    const described = stages.map(describeStage);
    await writeJson(path.join(beside, 'recipe.json'), { model_name_or_path: base, stages: described });
    if (recipe.chat_template !== undefined) {
      await writeFileWhole(path.join(beside, CHAT_TEMPLATE_FILE), tokenizer.chatTemplate);
    }
    if (stages.some(({ type }) => type === 'grpo')) await copyCorpus(data, path.join(beside, 'data'));
    for (const stage of stages) {
      const source = (await datasetOf(stage, 'train')) ?? { files: [] };
      const examples = await renderExamples(stage, source, tokenizer);
      await writeJsonLines(path.join(beside, 'data', `${stage.name}.jsonl`), examples);
      const watched = stage.eval_dataset === null ? undefined : await datasetOf(stage, 'validation');
      if (watched) {
        const rows = await renderExamples(stage, watched, tokenizer, 'validation');
        await writeJsonLines(path.join(beside, 'data', `${stage.name}.eval.jsonl`), rows);
      }
      await writeJson(path.join(beside, 'order', `${stage.name}.json`), epochOrders(stage, examples.length));
      const adapter = await firstAdapter(stage, recipe, model);
      if (adapter) await saveAdapter(path.join(beside, 'init', stage.name), adapter, base);
    }
  });
}

/** The adapter before the first step; none for a stage that goes on from an earlier one. */
async function firstAdapter(
  stage: StageRecipe,
  { stages }: Recipe,
  model: ModelFolder,
): Promise<Adapter | undefined> {
  const { adapter_from: from } = stage;
  if (from === null) return newAdapter(model, stage);
  if (stages.some(({ name }) => name === from)) return undefined;
  return loadAdapter(resolvePath(from), model.config);
}

/** A stage as the project's recipe has it: modules of rewards where they lie here. */
function describeStage(stage: StageRecipe): StageRecipe {
  if (stage.type !== 'grpo') return stage;
  const rewards = stage.rewards.map((reward) =>
    typeof reward === 'object' && 'module' in reward
      ? { ...reward, module: path.resolve(reward.module) }
      : reward,
  );
  return { ...stage, rewards, reward_weights: rewardWeights(stage) };
}

/** What poems are judged by, for `shiren reward`. */
async function copyCorpus(data: string, folder: string): Promise<void> {
  for (const name of ['lines.txt', path.join('clean', 'train.jsonl')]) {
    const file = await fileBelowIfThere(data, name, 'data');
    if (file !== undefined) await cp(file, path.join(folder, name));
  }
}

/** For each epoch the examples in the order of our own trainer. */
function epochOrders(stage: StageRecipe, examples: number): (readonly number[])[] {
  const order = new ExampleOrder(stage, examples);
  return Array.from({ length: Math.ceil(stage.num_train_epochs) }, (_, epoch) => order.ofEpoch(epoch));
}

/** The examples of a stage that it learns from: those of which max_length leaves nothing are left out, as when it trains. */
async function renderExamples(
  stage: StageRecipe,
  source: DatasetSource,
  tokenizer: Tokenizer,
  purpose: Purpose = 'train',
): Promise<object[]> {
  const rows: object[] = [];
  for await (const { place, value, learnt } of readLearnt(TRAINERS[stage.type].learns[purpose], source)) {
    if (!atPlace(place, () => tokenizeExample(tokenizer, learnt, stage).tree)) continue;
    if (stage.type === 'grpo' && 'prompt' in learnt) {
      const { form, themes } = value;
      rows.push({ prompt: asked(tokenizer, learnt.prompt), asked: textOf(learnt.prompt), form, themes });
    } else rows.push(stage.template_loss ? inColumns(learnt) : rendered(tokenizer, learnt));
  }
  return rows;
}

/** In TRL's own columns: it applies the template, and takes loss as it does. */
function inColumns(learnt: LearntRow, write: (text: DatasetText) => DatasetText = (text) => text): object {
  if ('whole' in learnt) {
    return typeof learnt.whole === 'string' ? { text: learnt.whole } : { messages: learnt.whole };
  }
  const { prompt, completions, label } = learnt;
  const [first, second] = completions.map(write);
  if (second !== undefined) return { prompt, chosen: first, rejected: second };
  return { prompt, completion: first, ...(label === undefined ? {} : { label }) };
}

const asked = (tokenizer: Tokenizer, prompt: DatasetText): string =>
  typeof prompt === 'string'
    ? prompt
    : tokenizer.applyChatTemplate(prompt, { addGenerationPrompt: true, enableThinking: false });

/** As text, so that every token is the one that we train on: the template applied to what is asked, and answers with their end token. */
function rendered(tokenizer: Tokenizer, learnt: LearntRow): object {
  if ('whole' in learnt || typeof learnt.prompt === 'string') return inColumns(learnt);
  const end = tokenizer.decode([tokenizer.endOfTurn], { keepSpecial: true });
  return inColumns({ ...learnt, prompt: asked(tokenizer, learnt.prompt) }, (text) => textOf(text) + end);
}
