/** ONNX Runtime in a browser: WebAssembly, with weights from the files in memory. */
import { env, type InferenceSession } from 'onnxruntime-web/wasm';
import { filesIn } from './file-system.js';

export { InferenceSession, Tensor } from 'onnxruntime-web/wasm';

/** Where the runtime's .wasm file lies, as a URL that ends in a slash. */
export function setWasmFolder(folder: string): void {
  env.wasm.wasmPaths = folder;
}

/** The processor is WebAssembly here. */
export function providerOf(): 'wasm' {
  return 'wasm';
}

export function externalWeights(folder: string | undefined): InferenceSession.SessionOptions {
  if (folder === undefined) return {};
  const externalData = filesIn(folder).map(([name, data]) => ({ path: name, data }));
  return { externalData };
}
