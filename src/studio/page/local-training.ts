/** A run in a worker, as the page watches it: its curve, its poems, its end. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SampledPoem, StageProgress } from '../../browser/index.js';
import type { FromTrainer, LocalRun, ToTrainer } from './train-worker.js';

/** What the page shows of a run. */
export interface TrainingState {
  readonly under: 'none' | 'way' | 'stop' | 'end';
  /** Examples to learn from, and poems that were left out for their form. */
  readonly read?: { readonly examples: number; readonly withoutForm: number };
  /** The last step, with what is to come. */
  readonly progress?: StageProgress;
  readonly losses: readonly (readonly [step: number, loss: number])[];
  readonly poems: readonly SampledPoem[];
  /** The adapter's files, when it has come to its end. */
  readonly files?: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly error?: string;
}

const NOTHING: TrainingState = { under: 'none', losses: [], poems: [] };

/** The state after what the worker said. */
export function after(state: TrainingState, message: FromTrainer): TrainingState {
  if (message.kind === 'read') return { ...state, read: message };
  if (message.kind === 'sample') return { ...state, poems: [...state.poems, message.poem] };
  if (message.kind === 'error') return { ...state, under: 'none', error: message.message };
  if (message.kind === 'end') {
    const { finished, files } = message;
    return finished ? { ...state, under: 'end', files } : { ...state, under: 'none' };
  }
  const { progress } = message;
  const { step, metrics } = progress;
  return {
    ...{ ...state, progress },
    losses: metrics ? [...state.losses, [step, metrics.loss]] : state.losses,
  };
}

export interface LocalTraining {
  readonly state: TrainingState;
  /** Starts a run; or goes on with the one that was stopped. */
  readonly start: (run: LocalRun) => void;
  /** Stops after the step under way; what was done is kept. */
  readonly stop: () => void;
}

/** Trains in a worker of its own, which ends with the view. */
export function useLocalTraining(): LocalTraining {
  const [state, setState] = useState(NOTHING);
  const worker = useRef<Worker>(undefined);
  const post = (message: ToTrainer): void => worker.current?.postMessage(message);
  useEffect(() => () => worker.current?.terminate(), []);
  return {
    state,
    start: (run) => {
      worker.current?.terminate();
      const started = new Worker(new URL('./train-worker.ts', import.meta.url), { type: 'module' });
      worker.current = started;
      setState((before) => ({ ...(run.anew ? NOTHING : before), under: 'way', error: undefined }));
      const receive = (message: FromTrainer): void => setState((before) => after(before, message));
      started.addEventListener('message', ({ data }: MessageEvent<FromTrainer>) => receive(data));
      started.addEventListener('error', ({ message }) => receive({ kind: 'error', message }));
      post({ kind: 'run', run });
    },
    stop: () => {
      setState((before) => ({ ...before, under: 'stop' }));
      post({ kind: 'stop' });
    },
  };
}
