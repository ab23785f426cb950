/** ONNX Runtime in a browser: WebAssembly, with weights from the files in memory. */
import { env, InferenceSession as WasmSession, Tensor } from 'onnxruntime-web/wasm';
import { filesIn } from './file-system.js';

export type { Tensor } from 'onnxruntime-web/wasm';

/** The page's or the worker's own address; that other names of a browser are unknown here keeps this code runnable in both. */
declare const location: { readonly href: string };

/** The runtime's files as they lie beside the bundled library, named in the way in which bundlers find them and take them along. */
const besideLibrary = (): { readonly mjs: string; readonly wasm: string } => ({
  mjs: new URL('./ort-wasm-simd-threaded.mjs', import.meta.url).href,
  wasm: new URL('./ort-wasm-simd-threaded.wasm', import.meta.url).href,
});

/** Says where the runtime's files lie. @param folder its URL; beside this script where absent */
export function findWasm(folder: string | undefined): void {
  env.wasm.wasmPaths = folder === undefined ? besideLibrary() : new URL(folder, location.href).href;
}

/** Threads of one operator: the runtime's choice where absent. They take effect with the first session, where the host allows threads. */
export function setThreads(threads: number | undefined): void {
  if (threads !== undefined) env.wasm.numThreads = threads;
}

export const runtimeVersion = (): string => String(env.versions.web);

/** The processor is WebAssembly here. */
export function providerOf(): 'wasm' {
  return 'wasm';
}

export function externalWeights(folder: string | undefined): WasmSession.SessionOptions {
  if (folder === undefined) return {};
  const externalData = filesIn(folder).map(([name, data]) => ({ path: name, data }));
  return { externalData };
}

/** Milliseconds after which messages, timers and the database get their turn. */
const TURN = 50;

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A session whose runs, which hold the thread, let the thread's other events in between. */
export type InferenceSession = Pick<WasmSession, 'run' | 'release'>;

const InferenceSession = {
  async create(bytes: Uint8Array, options: WasmSession.SessionOptions): Promise<InferenceSession> {
    const session = await WasmSession.create(bytes, options);
    let last = performance.now();
    return {
      run: async (feeds: WasmSession.FeedsType) => {
        if (performance.now() - last > TURN) {
          await nextTurn();
          last = performance.now();
        }
        return session.run(feeds);
      },
      release: () => session.release(),
    };
  },
};

/** What sessions are made of: a part of the bundle. */
export const onnxRuntime = (): { InferenceSession: typeof InferenceSession; Tensor: typeof Tensor } => ({
  InferenceSession,
  Tensor,
});
