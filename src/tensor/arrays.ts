/** What goes into a graph and comes out of it: typed arrays with their shapes. */

export type TensorData = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** An array with its shape. */
export interface ArrayWithShape<T extends TensorData = TensorData> {
  readonly data: T;
  readonly shape: readonly number[];
}

/** The named output as floats. */
export function floats(outputs: Readonly<Record<string, ArrayWithShape>>, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the graph has no float output ${name}`);
  return data;
}
