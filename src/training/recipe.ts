/** Recipes: YAML files with the names of Transformers, PEFT and TRL, checked key by key against the schemas of their trainers. */
import { distance } from 'fastest-levenshtein';
import { parse } from 'yaml';
import { isTakenFromBase } from '../model/lora-start.js';
import { patternProblem } from '../model/projections.js';
import { InputError, messageOf } from '../support/errors.js';
import { isRecord, readText } from '../support/files.js';
import { COMMON_SETTINGS } from './recipe/common-settings.js';
import { FOREIGN_KEYS } from './recipe/foreign-keys.js';
import { scheduleProblem } from './schedule.js';
import { defaultOf, problemOf, shown, type Conflict, type Settings } from './recipe/setting.js';
import {
  RENAMED_TYPES,
  TRAINERS,
  TRAINER_TYPES,
  type StageRecipe,
  type TrainerType,
} from './recipe/trainers.js';

export type {
  CommonSettings,
  DpoRecipe,
  GrpoRecipe,
  IterativeDpoRecipe,
  KtoRecipe,
  SftRecipe,
  StageRecipe,
} from './recipe/trainers.js';

/** A base model and the stages that are trained on it, one after another. */
export interface Recipe {
  readonly model_name_or_path: string;
  /** What adapters call their base; the hub's id or the absolute folder that it was read from where absent. */
  readonly base_model_name_or_path?: string;
  /** In the place of the model's own: a template in Jinja, or a file that holds one. */
  readonly chat_template?: string;
  /** Where each stage gets its folder, unless the command says otherwise. */
  readonly output_dir?: string;
  readonly stages: readonly StageRecipe[];
}

const OPTIONAL_TEXTS = ['base_model_name_or_path', 'chat_template', 'output_dir'] as const;
const RECIPE_KEYS = ['model_name_or_path', ...OPTIONAL_TEXTS, 'defaults', 'stages'];
const TYPE = 'type';

/** All settings of a type of stage, `type` itself aside. */
export function settingsOf(type: TrainerType): Settings {
  return { ...COMMON_SETTINGS, ...TRAINERS[type].settings };
}

/** The types of stages that have a setting. */
function typesWith(key: string): TrainerType[] {
  return TRAINER_TYPES.filter((type) => Object.hasOwn(settingsOf(type), key));
}

const ALL_KEYS = [TYPE, ...new Set(TRAINER_TYPES.flatMap((type) => Object.keys(settingsOf(type))))];

function nearest(key: string, known: readonly string[]): string {
  return known.reduce((best, name) => (distance(key, name) < distance(key, best) ? name : best));
}

function unknownKey(key: string, known: readonly string[]): string {
  const foreign = Object.hasOwn(FOREIGN_KEYS, key) ? FOREIGN_KEYS[key] : undefined;
  if (foreign !== undefined) return `${key}: not taken here: ${foreign}`;
  return `${key}: unknown key, did you mean ${nearest(key, known)}?`;
}

/** Settings as they were written, and where: `FILE: stages[0].`. */
interface Layer {
  readonly where: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

function typeOf({ where, settings }: Layer): TrainerType {
  const { type } = settings;
  if (type === undefined) throw new InputError(`${where}${TYPE}: missing`);
  const renamed = RENAMED_TYPES[String(type)];
  if (renamed) throw new InputError(`${where}${TYPE}: ${String(type)} is called ${renamed} now`);
  const known = TRAINER_TYPES.find((one) => one === type);
  if (known) return known;
  throw new InputError(
    `${where}${TYPE}: found ${JSON.stringify(type)}, expected one of ${TRAINER_TYPES.join(', ')}`,
  );
}

/** @throws InputError for a key of settings for several stages that none of them has */
function requireKnownKeys({ where, settings }: Layer, types: readonly TrainerType[]): void {
  for (const key of Object.keys(settings)) {
    if (key === TYPE || key === 'name') throw new InputError(`${where}${key}: expected in a stage only`);
    const having = typesWith(key);
    if (having.length === 0) throw new InputError(where + unknownKey(key, ALL_KEYS));
    if (!types.some((type) => having.includes(type))) {
      throw new InputError(`${where}${key}: no stage has it: it belongs to type ${having.join(', ')}`);
    }
  }
}

/**
 * A stage with all its settings.
 *
 * @param layers where settings are written; a later one goes before an earlier, `own` is the stage's
 */
function completeStage(own: Layer, before: readonly Layer[], after: readonly Layer[]): StageRecipe {
  const type = typeOf(own);
  const schema = settingsOf(type);
  for (const key of Object.keys(own.settings)) {
    if (key === TYPE || Object.hasOwn(schema, key)) continue;
    const having = typesWith(key);
    throw new InputError(
      having.length === 0
        ? own.where + unknownKey(key, ALL_KEYS)
        : `${own.where}${key}: a stage of type ${type} has none: it belongs to type ${having.join(', ')}`,
    );
  }
  const stage: Record<string, unknown> = { type };
  const layers = [...before, own, ...after];
  const layerOf = (key: string): Layer =>
    layers.findLast(({ settings }) => settings[key] !== undefined) ?? own;
  for (const [key, setting] of Object.entries(schema)) {
    for (const { where, settings } of layers) {
      const problem = settings[key] === undefined ? undefined : problemOf(setting, settings[key]);
      if (problem !== undefined) throw new InputError(`${where}${key}: ${problem}`);
    }
    const { [key]: written = defaultOf(setting) } = layerOf(key).settings;
    stage[key] = written;
    if (stage[key] === undefined) throw new InputError(`${own.where}${key}: missing`);
  }
  const complete = stage as unknown as StageRecipe;
  const [key, problem] = commonConflict(complete) ?? TRAINERS[type].conflict(complete) ?? [];
  if (key !== undefined) throw new InputError(`${layerOf(key).where}${key}: ${problem}`);
  return complete;
}

function commonConflict(stage: StageRecipe): Conflict | undefined {
  const schedule = scheduleProblem(stage.lr_scheduler_type, stage.lr_scheduler_kwargs ?? {});
  if (schedule !== undefined) return ['lr_scheduler_kwargs', schedule];
  if (typeof stage.target_modules === 'string' && stage.layers_to_transform !== null) {
    return [
      'layers_to_transform',
      `found it with a target_modules of text, expected a list of projections with it`,
    ];
  }
  const problem = typeof stage.target_modules === 'string' ? patternProblem(stage.target_modules) : undefined;
  if (problem !== undefined) return ['target_modules', problem];
  const fromBase = isTakenFromBase(stage.init_lora_weights);
  const unfit =
    fromBase && (['lora_dropout', 'weight_decay', 'use_dora'] as const).find((one) => Number(stage[one]) > 0);
  if (unfit) {
    return [
      unfit,
      `found ${String(stage[unfit])}, expected none with init_lora_weights ${String(stage.init_lora_weights)}`,
    ];
  }
  if (stage.eval_dataset !== null) return undefined;
  const watching = ['load_best_model_at_end', 'early_stopping_patience'] as const;
  const key = watching.find((one) => Number(stage[one]) > 0);
  return key && [key, `found ${String(stage[key])}, expected an eval_dataset with it`];
}

/**
 * A stage from settings, the defaults filled in: what a program writes instead of a recipe's file.
 *
 * @throws InputError naming the key, what was found and what was expected
 */
export function stageRecipe<T extends TrainerType>(
  settings: Partial<StageRecipe> & {
    readonly name: string;
    readonly type: T;
    readonly train_dataset: string;
  },
): Extract<StageRecipe, { type: T }> {
  const own = { where: `${settings.name}: `, settings };
  return completeStage(own, [], []) as Extract<StageRecipe, { type: T }>;
}

/**
 * Reads a recipe from YAML text: `model_name_or_path`, `defaults` for the stages that have such a setting, `stages`.
 *
 * @param overrides `key=value` settings of the command line, for every stage that has them
 * @throws InputError naming file and key, with the nearest known name for an unknown one
 */
export function parseRecipe(source: string, file: string, overrides: readonly string[] = []): Recipe {
  let yaml: unknown;
  try {
    yaml = parse(source);
  } catch (error) {
    throw new InputError(`${file}: not YAML (${messageOf(error).split('\n')[0]})`);
  }
  if (!isRecord(yaml)) throw new InputError(`${file}: expected a mapping`);
  const set = parseOverrides(overrides);
  // What is said of the whole recipe is no setting of its stages.
  for (const key of ['model_name_or_path', ...OPTIONAL_TEXTS]) {
    if (set[key] === undefined) continue;
    if (typeof set[key] !== 'string' || set[key] === '') {
      throw new InputError(`--set: ${key}: found ${shown(set[key])}, expected a string`);
    }
    yaml[key] = set[key];
    delete set[key];
  }
  for (const key of Object.keys(yaml)) {
    if (!RECIPE_KEYS.includes(key)) throw new InputError(`${file}: ${unknownKey(key, RECIPE_KEYS)}`);
  }
  const { model_name_or_path: model, defaults = {}, stages } = yaml;
  if (typeof model !== 'string') throw new InputError(`${file}: model_name_or_path: expected a string`);
  if (!isRecord(defaults)) throw new InputError(`${file}: defaults: expected a mapping`);
  if (!Array.isArray(stages) || stages.length === 0) throw new InputError(`${file}: stages: expected a list`);
  const own = stages.map((settings: unknown, index): Layer => {
    if (!isRecord(settings)) throw new InputError(`${file}: stages[${index}]: expected a mapping`);
    return { where: `${file}: stages[${index}].`, settings };
  });
  const types = own.map(typeOf);
  const before = { where: `${file}: defaults.`, settings: defaults };
  const after = { where: '--set: ', settings: set };
  requireKnownKeys(before, types);
  requireKnownKeys(after, types);
  const complete = own.map((layer) => completeStage(layer, [before], [after]));
  requireDifferentNames(complete, file);
  return { model_name_or_path: model, ...optionalTexts(yaml, file), stages: complete };
}

function optionalTexts(
  yaml: Record<string, unknown>,
  file: string,
): Pick<Recipe, (typeof OPTIONAL_TEXTS)[number]> {
  const given = OPTIONAL_TEXTS.filter((key) => (yaml[key] ?? null) !== null);
  const wrong = given.find((key) => typeof yaml[key] !== 'string');
  if (wrong !== undefined) throw new InputError(`${file}: ${wrong}: expected a string`);
  return Object.fromEntries(given.map((key) => [key, yaml[key]]));
}

function requireDifferentNames(stages: readonly StageRecipe[], file: string): void {
  stages.forEach(({ name }, index) => {
    const first = stages.findIndex((stage) => stage.name === name);
    if (first === index) return;
    throw new InputError(`${file}: stages[${index}].name: found "${name}", the name of stages[${first}] too`);
  });
}

/** `key=value` settings of the command line, values in YAML. @throws InputError for one of another form */
export function parseOverrides(overrides: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    overrides.map((override) => {
      const at = override.indexOf('=');
      if (at < 1) throw new InputError(`--set ${override}: expected key=value`);
      return [override.slice(0, at), parse(override.slice(at + 1)) as unknown];
    }),
  );
}

/** Reads a recipe from a YAML file. @throws InputError naming file and key, with the nearest known name for an unknown one */
export async function readRecipe(file: string, overrides: readonly string[] = []): Promise<Recipe> {
  return parseRecipe(await readText(file), file, overrides);
}
