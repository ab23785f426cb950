/** Appending a node of one output: what every operator function is made of. */
import type { AttributeValue, Attributes, ElementType, Graph, Shape, Value } from './graph.js';

/** The domain of ONNX Runtime's own operators. */
export const MICROSOFT = 'com.microsoft';

export interface Emit {
  readonly graph: Graph;
  readonly inputs: readonly (Value | undefined)[];
  readonly shape: Shape;
  readonly type?: ElementType;
  readonly attributes?: Attributes;
  readonly domain?: string;
}

/** Appends a node of one output and returns it. */
export function emit(operator: string, options: Emit): Value {
  const { graph, inputs, shape, attributes = {}, domain = '' } = options;
  const output = graph.value(operator, options.type ?? 'float32', shape);
  graph.node({ operator, domain, inputs, outputs: [output], attributes });
  return output;
}

/** A float constant as an attribute (ONNX keeps integers and floats apart). */
export function float(value: number): AttributeValue {
  return { float: value };
}
