/** What goes into a graph and comes out of it: typed arrays with their shapes. */

export type TensorData = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** An array with its shape. */
export interface ArrayWithShape<T extends TensorData = TensorData> {
  readonly data: T;
  readonly shape: readonly number[];
}

/** Inputs or outputs of a graph by name. */
export type Arrays = Readonly<Record<string, ArrayWithShape>>;

/** The named input or output as floats. */
export function floats(arrays: Arrays, name: string): Float32Array {
  const data = arrays[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the graph has no float input or output ${name}`);
  return data;
}
