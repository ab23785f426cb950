/** The package onnxruntime-node, which may not be installed. */
import { createRequire } from 'node:module';
import type * as OnnxRuntime from 'onnxruntime-node';
import { InputError, messageOf } from '../support/errors.js';
import { once } from '../support/kept.js';

// On Linux the runtime reports to its makers when the first session is made. Nobody was asked, and for it the whole command line is
// matched by a recursive expression, which overflows the stack where it is long (about 20,000 bytes). It is asked to do neither.
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';

/**
 * The runtime, loaded when the first graph is to be run: it is an optional dependency, and poems are checked without it.
 *
 * @throws InputError where it is not installed, with the command that installs it
 */
export const onnxRuntime = once((): typeof OnnxRuntime => {
  try {
    return createRequire(import.meta.url)('onnxruntime-node') as typeof OnnxRuntime;
  } catch (error) {
    throw new InputError(
      `ONNX Runtime, which runs models, is not installed (${messageOf(error).split('\n')[0]}); ` +
        'run: ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node',
    );
  }
});
