/** What one may train for, and the recipe, data and settings that this takes. */
import type { Description } from './engine.js';

export interface TrainFields {
  readonly recipe: string;
  readonly data: string;
  /** Numbers as they were typed; empty as the recipe has them. */
  readonly steps: string;
  readonly rate: string;
  readonly samples: string;
}

export const AIMS = ['miniature', 'published', 'own', 'grpo', 'votes'] as const;
export type Aim = (typeof AIMS)[number];

interface AimSettings {
  readonly recipe: RegExp;
  /** Steps of a stage; all that the recipe has where absent. */
  readonly steps?: number;
  /** Which of the data folders. */
  readonly data: 'starter' | 'other' | 'votes';
}

const SETTINGS: Readonly<Record<Aim, AimSettings>> = {
  miniature: { recipe: /mini\.ya?ml$/, data: 'starter' },
  published: { recipe: /qwen3-0\.6b\.ya?ml$/, data: 'other' },
  own: { recipe: /mini\.ya?ml$/, data: 'other' },
  grpo: { recipe: /grpo\.ya?ml$/, data: 'starter', steps: 20 },
  votes: { recipe: /votes\.ya?ml$/, data: 'votes' },
};

type Choices = Pick<Description, 'recipes' | 'data' | 'votesData'>;

/** Data folders to choose from: the starter corpus, others, the votes'. */
export function dataFolders({ data = [], votesData }: Choices): readonly string[] {
  return [...data, ...(votesData === undefined ? [] : [votesData])];
}

/** The aims for which there is a recipe. */
export function aimsOf({ recipes = [] }: Choices): readonly Aim[] {
  return AIMS.filter((aim) => recipes.some((name) => SETTINGS[aim].recipe.test(name)));
}

/** The folder of an aim; the starter corpus where its own is not there yet. */
function folderOf({ data }: AimSettings, choices: Choices): string {
  const [starter = '', other] = choices.data ?? [];
  if (data === 'votes') return choices.votesData ?? starter;
  return (data === 'other' ? other : undefined) ?? starter;
}

/** Poems on the way, every so many steps. */
const SAMPLE_STEPS = '10';

export function fieldsOf(aim: Aim, choices: Choices): TrainFields {
  const settings = SETTINGS[aim];
  return {
    recipe: choices.recipes?.find((name) => settings.recipe.test(name)) ?? '',
    data: folderOf(settings, choices),
    steps: String(settings.steps ?? ''),
    rate: '',
    samples: SAMPLE_STEPS,
  };
}

/** Whether an aim's own data is not there: the starter corpus stands for it. */
export const lacksData = (aim: Aim, choices: Choices): boolean =>
  SETTINGS[aim].data === 'other' && choices.data?.[1] === undefined;
