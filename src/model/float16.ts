/** The 16-bit floats: IEEE half precision, and bfloat16. Bits in, floats out, and back, to nearest, ties to even. */

/** Float32 values of half-precision bits. */
export function fromFloat16(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1) {
    const half = halves[index]!;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) values[index] = fraction ? NaN : sign * Infinity;
    else if (exponent === 0) values[index] = sign * fraction * 2 ** -24;
    else values[index] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return values;
}

/** Half-precision bits of float32 values; what is too large becomes infinite. */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const bit = bits[index]!;
    const sign = (bit >>> 16) & 0x8000;
    const magnitude = bit & 0x7fffffff;
    if (magnitude > 0x7f800000) halves[index] = sign | 0x7e00;
    else if (magnitude >= 0x47800000) halves[index] = sign | 0x7c00;
    else if (magnitude < 0x38800000) {
      // Below 2^-14 halves are multiples of 2^-24; adding 1.5 · 2^52 rounds a double to a whole number.
      const rounder = 1.5 * 2 ** 52;
      halves[index] = sign | (Math.abs(values[index]!) * 2 ** 24 + rounder - rounder);
    } else {
      const rounded = magnitude - 0x38000000 + 0x0fff + ((magnitude >>> 13) & 1);
      halves[index] = sign | (rounded >>> 13);
    }
  }
  return halves;
}

/** Float32 values of bfloat16 bits. */
export function fromBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1) bits[index] = halves[index]! << 16;
  return new Float32Array(bits.buffer);
}

/** Bfloat16 bits of float32 values. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (bit) => (bit + 0x7fff + ((bit >>> 16) & 1)) >>> 16);
}
