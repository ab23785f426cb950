/** Writing, one request at a time: what grows, what was written, what went wrong. */
import { useRef, useState } from 'preact/hooks';
import type { JsonRequest } from '../../writing/json-request.js';
import type { WrittenPoem } from '../../writing/written-poem.js';
import type { Engine } from './engine.js';

export interface Writing {
  readonly growing: readonly string[];
  readonly poems: readonly WrittenPoem[];
  readonly error: string | undefined;
  readonly busy: boolean;
  /** @returns the best poem, or undefined where none was written */
  readonly write: (request: JsonRequest) => Promise<WrittenPoem | undefined>;
  readonly stop: () => void;
  /** Shows poems that are there already. */
  readonly show: (poems: readonly WrittenPoem[]) => void;
}

/** @param first what is shown before anything is asked for */
export function useWriting(engine: Engine, first: readonly WrittenPoem[]): Writing {
  const [growing, setGrowing] = useState<readonly string[]>([]);
  const [poems, setPoems] = useState(first);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const controller = useRef<AbortController>(undefined);
  const write = async (request: JsonRequest): Promise<WrittenPoem | undefined> => {
    const current = new AbortController();
    controller.current = current;
    setBusy(true);
    setError(undefined);
    setPoems([]);
    const texts = Array.from({ length: request.candidates ?? 1 }, () => '');
    setGrowing([...texts]);
    try {
      const written = await engine.write(
        request,
        (candidate, text) => {
          texts[candidate] = text;
          setGrowing([...texts]);
        },
        current.signal,
      );
      setPoems(written);
      return written[0];
    } catch (caught) {
      setPoems(poems);
      if (!current.signal.aborted) setError(caught instanceof Error ? caught.message : String(caught));
      return undefined;
    } finally {
      setGrowing([]);
      setBusy(false);
    }
  };
  return { growing, poems, error, busy, write, stop: () => controller.current?.abort(), show: setPoems };
}
