/** Reverse-mode differentiation: appends to a graph the nodes that compute a scalar's gradients. */
import type { TapeEntry, Value } from './graph.js';
import type { InputGradients } from './gradient-rule.js';
import { gradientRules } from './gradients.js';
import { add } from './operators.js';
import { after } from './shape-operators.js';

/**
 * The gradients of `loss` by each of `parameters`, in their order.
 *
 * @param loss a value of one element (rank 0, or every dimension 1)
 * @throws if a parameter does not reach the loss, or an operator on the way has no gradient rule
 */
export function differentiate(loss: Value, parameters: readonly Value[]): Value[] {
  const { graph } = loss;
  if (loss.shape.some((dimension) => dimension !== 1)) {
    throw new Error(`the loss must have one element, its shape is [${loss.shape.join(', ')}]`);
  }
  const tape = [...graph.tape];
  const one = graph.constant('one', 'float32', loss.shape, Float32Array.of(1));
  const gradients = graph.composite(() => backpropagate(tape, loss, one, parameters));
  return parameters.map((parameter) => {
    const gradient = gradients.get(parameter);
    if (!gradient) throw new Error(`the loss does not depend on ${parameter.name}`);
    return gradient;
  });
}

/** Hands the gradient by `result` back along a tape; gives those by all values between it and `parameters`. */
function backpropagate(
  tape: readonly TapeEntry[],
  result: Value,
  gradient: Value,
  parameters: readonly Value[],
): Map<Value, Value> {
  const dependent = new Set<Value>(parameters);
  const relevant = tape.filter((entry) => {
    const depends = entry.inputs.some((value) => value !== undefined && dependent.has(value));
    if (depends) entry.outputs.forEach((value) => dependent.add(value));
    return depends;
  });
  const gradients = new Map([[result, gradient]]);
  for (const entry of relevant.reverse()) {
    const outputs = entry.outputs.map((value) => gradients.get(value));
    const [dy] = outputs;
    if (!dy) continue;
    const needs = entry.inputs.map((value) => value !== undefined && dependent.has(value));
    apply(entry, dy, needs, outputs).forEach((found, index) => {
      const value = entry.inputs[index];
      if (!found || !value || !needs[index]) return;
      const before = gradients.get(value);
      gradients.set(value, before ? add(before, found) : found);
    });
  }
  return gradients;
}

function apply(
  entry: TapeEntry,
  dy: Value,
  needs: readonly boolean[],
  outputs: readonly (Value | undefined)[],
): InputGradients {
  if (entry.rebuild) return recompute(entry, entry.rebuild, dy, needs);
  const rule = gradientRules[entry.rule];
  if (!rule) throw new Error(`operator ${entry.rule} has no gradient rule`);
  return rule(entry, dy, needs, outputs);
}

/**
 * Builds a part whose values are not kept (gradient checkpointing, Chen et al. 2016): on the way back it is computed once more
 * from `input`, which has the shape of the output.
 *
 * @param captured values that `build` uses besides, whose gradients may be wanted
 */
export function checkpoint(input: Value, captured: readonly Value[], build: (input: Value) => Value): Value {
  return input.graph.composite(
    () => build(input),
    (output) => ({
      rule: 'Checkpoint',
      inputs: [input, ...captured],
      outputs: [output],
      attributes: {},
      rebuild: build,
    }),
  );
}

function recompute(
  entry: TapeEntry,
  rebuild: (input: Value) => Value,
  dy: Value,
  needs: readonly boolean[],
): InputGradients {
  const [input, ...captured] = entry.inputs as Value[];
  if (!input) throw new Error('a checkpoint has an input');
  const again = after(input, dy);
  const { built, tape } = input.graph.record(() => rebuild(again));
  const parameters = [again, ...captured.filter((_, index) => needs[index + 1])];
  const gradients = input.graph.composite(() => backpropagate(tape, built, dy, parameters));
  return [gradients.get(again), ...captured.map((value) => gradients.get(value))];
}
