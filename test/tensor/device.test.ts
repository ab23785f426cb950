import { describe, expect, it } from 'vitest';
import { DEVICES, requireDevice } from '../../src/tensor/device.js';
import { Graph } from '../../src/tensor/graph.js';
import { add } from '../../src/tensor/operators.js';
import { floats } from '../../src/tensor/arrays.js';
import { Session } from '../../src/tensor/session.js';

/** Whether the installed build has a provider for a device. */
function isPresent(device: (typeof DEVICES)[number]): boolean {
  try {
    requireDevice(device);
    return true;
  } catch {
    return false;
  }
}

/** x + x on a device. */
async function double(device: (typeof DEVICES)[number]): Promise<number | undefined> {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [1]);
  graph.output('y', add(x, x));
  const session = await Session.create(graph, { device });
  const outputs = await session.run({ x: { data: Float32Array.of(21), shape: [1] } });
  await session.release();
  return floats(outputs, 'y')[0];
}

describe('devices', () => {
  it('include the processor everywhere', async () => {
    expect(await double('cpu')).toBe(42);
  });

  it.each(DEVICES.filter((device) => !isPresent(device)))(
    '%s is not in this build: one line says what is there and what it needs',
    (device) => {
      expect(() => requireDevice(device)).toThrow(
        new RegExp(
          `^--device ${device}: not in this build of ONNX Runtime \\(it has .*cpu.*\\); it needs \\w+`,
        ),
      );
    },
  );

  it.each(DEVICES.filter((device) => isPresent(device) && device !== 'cpu'))(
    '%s either computes, or one line says why it does not start',
    async (device) => {
      const outcome = await double(device).catch((error: Error) => error.message);
      if (typeof outcome === 'string') {
        expect(outcome).toMatch(new RegExp(`^--device ${device}: does not start \\(.+\\); it needs \\w+`));
        expect(outcome).not.toContain('\n');
      } else expect(outcome).toBe(42);
    },
  );
});
