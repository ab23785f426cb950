/** One request asked of several models at the same time. */
import { useRef, useState } from 'preact/hooks';
import type { WrittenPoem } from '../../writing/written-poem.js';
import { toRequest, type RequestFields } from './request-fields.js';
import type { ServerEngine } from './server-engine.js';

/** What one of the models has written. */
export interface Side {
  readonly model: string;
  readonly text: string;
  readonly poem?: WrittenPoem;
  readonly error?: string;
}

export interface Comparison {
  readonly sides: readonly Side[];
  readonly busy: boolean;
  readonly compare: (models: readonly string[], fields: RequestFields, blind: boolean) => Promise<void>;
}

/** One poem of each model, in an order that tells nothing where the vote is blind. */
export function useComparison(engine: ServerEngine): Comparison {
  const [sides, setSides] = useState<readonly Side[]>([]);
  const [busy, setBusy] = useState(false);
  const controller = useRef<AbortController>(undefined);
  const compare = async (models: readonly string[], fields: RequestFields, blind: boolean): Promise<void> => {
    controller.current?.abort();
    const current = new AbortController();
    controller.current = current;
    const order = blind ? [...models].sort(() => Math.random() - 0.5) : models;
    const state: Side[] = order.map((model) => ({ model, text: '' }));
    const show = (index: number, change: Partial<Side>): void => {
      state[index] = { ...(state[index] as Side), ...change };
      if (!current.signal.aborted) setSides([...state]);
    };
    setSides([...state]);
    setBusy(true);
    await Promise.all(
      order.map((model, index) =>
        engine
          .write(toRequest({ ...fields, model }), (_, text) => show(index, { text }), current.signal)
          .then(([poem]) => show(index, { poem }))
          .catch((error: Error) => show(index, { error: error.message })),
      ),
    );
    setBusy(false);
  };
  return { sides, busy, compare };
}
