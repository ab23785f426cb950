/**
 * Rotating blocks of numbers before they are rounded: a Hadamard matrix spreads one large number over its block, so that a row's scale is not
 * set by it alone (QuaRot, arXiv 2404.00456). Weights are rotated once, activations while the graph runs; the product is the same.
 */

/** A larger block spreads further, and costs more. */
const LARGEST_BLOCK = 64;

/** The block that rows of so many numbers are rotated in: a power of two that divides them. */
export function rotationBlock(width: number): number {
  let block = 1;
  while (block < LARGEST_BLOCK && width % (2 * block) === 0) block *= 2;
  return block;
}

/** Rotates each block of `values`, whose rows are whole blocks, in place: the fast Walsh-Hadamard transform, divided by √block. */
export function rotate(values: Float32Array, block: number): Float32Array {
  for (let half = 1; half < block; half *= 2) {
    for (let start = 0; start < values.length; start += 2 * half) {
      for (let at = start; at < start + half; at += 1) {
        const [a, b] = [values[at]!, values[at + half]!];
        values[at] = a + b;
        values[at + half] = a - b;
      }
    }
  }
  const factor = 1 / Math.sqrt(block);
  for (let at = 0; at < values.length; at += 1) values[at]! *= factor;
  return values;
}

/** The matrix of the rotation [block, block]: symmetric, and its own inverse. */
export function rotationMatrix(block: number): Float32Array {
  const identity = new Float32Array(block * block);
  for (let row = 0; row < block; row += 1) identity[row * block + row] = 1;
  return rotate(identity, block);
}
