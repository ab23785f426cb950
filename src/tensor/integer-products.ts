/**
 * Whether this processor adds products of 8-bit integers exactly. Without VNNI instructions pairs of them are added in 16 bits, which
 * 255 · 127 · 2 overflows (ONNX Runtime's guide to quantisation calls it saturation): activations must then keep to 7 bits.
 */
import { once } from '../support/kept.js';
import { emit } from './emit.js';
import { Graph } from './graph.js';
import { Session } from './session.js';

const [ROWS, INNER, COLUMNS] = [8, 64, 32];

/** Multiplies the largest numbers there are, and looks at the result. */
async function probe(): Promise<boolean> {
  const graph = new Graph();
  const rows = graph.input('rows', 'uint8', [ROWS, INNER]);
  const weights = graph.constant(
    'weights',
    'int8',
    [INNER, COLUMNS],
    new Int8Array(INNER * COLUMNS).fill(127),
  );
  const shape = [ROWS, COLUMNS];
  graph.output('products', emit('MatMulInteger', { graph, inputs: [rows, weights], shape, type: 'int32' }));
  const session = await Session.create(graph, { prepacking: true, threads: 1 });
  const data = new Uint8Array(ROWS * INNER).fill(255);
  const { products } = await session.run({ rows: { data, shape: [ROWS, INNER] } });
  await session.release();
  return products?.data.every((value: number | bigint) => Number(value) === 255 * 127 * INNER) ?? false;
}

/** Asked of the processor once. */
export const hasExactIntegerProducts = once(probe);
