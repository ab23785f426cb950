/** ONNX Runtime as Node.js has it. A browser's stands in src/browser/runtime.ts, which takes this one's place there. */
import type { InferenceSession } from 'onnxruntime-node';
import type { Device } from './device.js';

export type { InferenceSession, Tensor } from 'onnxruntime-node';
export { onnxRuntime } from './onnx-runtime.js';

export type ProviderName = 'cpu' | 'wasm' | 'cuda' | 'webgpu' | 'dml' | 'coreml';

/** The name of a device's execution provider. */
export function providerOf(device: Device): ProviderName {
  return device;
}

/** The options by which a session finds the files of external initialisers in a folder. */
export function externalWeights(folder: string | undefined): InferenceSession.SessionOptions {
  return folder === undefined
    ? {}
    : { extra: { session: { model_external_initializers_file_folder_path: folder } } };
}
