/** Reverse-mode differentiation: appends to a graph the nodes that compute a scalar's gradients. */
import type { Value } from './graph.js';
import { gradientRules } from './gradients.js';
import { add } from './operators.js';

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
  const dependent = new Set<Value>(parameters);
  const relevant = tape.filter((entry) => {
    const depends = entry.inputs.some((value) => value !== undefined && dependent.has(value));
    if (depends) entry.outputs.forEach((value) => dependent.add(value));
    return depends;
  });

  const gradients = new Map<Value, Value>();
  const ones = new Float32Array([1]);
  gradients.set(loss, graph.constant('one', 'float32', loss.shape, ones));
  graph.composite(() => {
    for (const entry of relevant.reverse()) {
      const [first] = entry.outputs;
      const dy = first && gradients.get(first);
      if (!dy) continue;
      const rule = gradientRules[entry.rule];
      if (!rule) throw new Error(`operator ${entry.rule} has no gradient rule`);
      const needs = entry.inputs.map((value) => value !== undefined && dependent.has(value));
      const all = entry.outputs.map((value) => gradients.get(value));
      rule(entry, dy, needs, all).forEach((gradient, index) => {
        const value = entry.inputs[index];
        if (!gradient || !value || !needs[index]) return;
        const known = gradients.get(value);
        gradients.set(value, known ? add(known, gradient) : gradient);
      });
    }
  });

  return parameters.map((parameter) => {
    const gradient = gradients.get(parameter);
    if (!gradient) throw new Error(`the loss does not depend on ${parameter.name}`);
    return gradient;
  });
}
