/** What a rule of differentiation is, and how it reads the entry that it is for. */
import type { TapeEntry, Value } from './graph.js';

/** The gradients of the loss by an entry's inputs, in their order; undefined where there is none. */
export type InputGradients = readonly (Value | undefined)[];

/**
 * Given the gradient `dy` by the entry's first output, the gradients by its inputs. `needs[i]` says whether
 * input i's is wanted: a rule leaves out the work for the others. `outputs` are the gradients by all outputs.
 */
export type GradientRule = (
  entry: TapeEntry,
  dy: Value,
  needs: readonly boolean[],
  outputs: readonly (Value | undefined)[],
) => InputGradients;

/** An entry's input, which must be there. */
export function input(entry: TapeEntry, index: number): Value {
  const value = entry.inputs[index];
  if (!value) throw new Error(`${entry.rule} has no input ${index}`);
  return value;
}

/** An entry's output, which must be there. */
export function output(entry: TapeEntry, index = 0): Value {
  const value = entry.outputs[index];
  if (!value) throw new Error(`${entry.rule} has no output ${index}`);
  return value;
}

/** The gradients by the outputs of an operator that cuts, all of which must be there. */
export function allParts(
  entry: TapeEntry,
  outputs: readonly (Value | undefined)[],
): readonly [Value, ...Value[]] {
  const [first, ...others] = outputs.filter((part) => part !== undefined);
  if (!first || others.length + 1 < outputs.length) {
    throw new Error(`the gradient of ${entry.rule} needs all of its parts`);
  }
  return [first, ...others];
}
