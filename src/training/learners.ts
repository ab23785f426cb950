/** Who learns what: the objective of each type of stage. */
import type { LearningContext } from './learning.js';
import type { Learning } from './objective.js';
import { learnDpo } from './objectives/dpo.js';
import { learnGrpo } from './objectives/rollout-source.js';
import { learnIterativeDpo } from './objectives/iterative-dpo.js';
import { learnKto } from './objectives/kto.js';
import { learnSft } from './objectives/sft.js';
import type { StageRecipe } from './recipe.js';

type Learner<T extends StageRecipe['type']> = (
  context: LearningContext<Extract<StageRecipe, { type: T }>>,
) => Learning | Promise<Learning>;

const LEARNERS: { readonly [T in StageRecipe['type']]: Learner<T> } = {
  sft: learnSft,
  dpo: learnDpo,
  kto: learnKto,
  grpo: learnGrpo,
  iterative_dpo: learnIterativeDpo,
};

/** What a stage learns: its objective and its examples. */
export async function learningOf(context: LearningContext): Promise<Learning> {
  const learn = LEARNERS[context.recipe.type] as (context: LearningContext) => Learning | Promise<Learning>;
  return learn(context);
}
