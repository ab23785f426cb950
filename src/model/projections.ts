/** The linear layers of a block: what they are called, and what they share. */
import type { ModelSizes } from './sizes.js';

/** The seven linear layers of a block, by the name that PEFT's target_modules uses. */
export const PROJECTIONS = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const;
export type Projection = (typeof PROJECTIONS)[number];

/** The projections of a block in their order, those that read the same input together. */
export const PROJECTION_STACKS = [
  ['q_proj', 'k_proj', 'v_proj'],
  ['o_proj'],
  ['gate_proj', 'up_proj'],
  ['down_proj'],
] as const satisfies readonly (readonly Projection[])[];

/** The path of a projection inside its layer. */
export function projectionPath(layer: number, projection: Projection): string {
  const block = ['gate_proj', 'up_proj', 'down_proj'].includes(projection) ? 'mlp' : 'self_attn';
  return `model.layers.${layer}.${block}.${projection}`;
}

/** [out, in] of a projection. */
export function projectionShape(config: ModelSizes, projection: Projection): [number, number] {
  const { hiddenSize, intermediateSize, headDim } = config;
  const query = config.numAttentionHeads * headDim;
  const keyValue = config.numKeyValueHeads * headDim;
  switch (projection) {
    case 'q_proj':
      return [query, hiddenSize];
    case 'k_proj':
    case 'v_proj':
      return [keyValue, hiddenSize];
    case 'o_proj':
      return [hiddenSize, query];
    case 'gate_proj':
    case 'up_proj':
      return [intermediateSize, hiddenSize];
    case 'down_proj':
      return [hiddenSize, intermediateSize];
  }
}

/** Names of projections in every layer, or a regular expression that the whole path of a module matches, as PEFT has it. */
export type TargetModules = readonly Projection[] | string;

/** PEFT's word for every linear layer of a block. */
export const ALL_LINEAR = 'all-linear';

/** Tells whether a projection of a layer gets an adapter. @throws SyntaxError for what is no regular expression */
export function targetMatcher(targets: TargetModules): (layer: number, projection: Projection) => boolean {
  if (typeof targets !== 'string') return (_, projection) => targets.includes(projection);
  if (targets === ALL_LINEAR) return () => true;
  const pattern = new RegExp(`^(?:${targets})$`, 'u');
  return (layer, projection) => pattern.test(projectionPath(layer, projection));
}

/** What is wrong with a regular expression; undefined where nothing is. */
export function patternProblem(pattern: string): string | undefined {
  try {
    targetMatcher(pattern);
    return undefined;
  } catch {
    return `found ${JSON.stringify(pattern)}, expected a regular expression`;
  }
}
