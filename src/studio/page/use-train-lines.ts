/** What a training has told so far and tells, by its stages. */
import { useEffect, useState } from 'preact/hooks';
import type { MetricsLine, RunHistory, SampledPoem } from '../runs.js';
import type { ServerEngine } from './server-engine.js';

/** A line of a training: a step's figures, a poem, or how far sampling has come. */
export type TrainLine = { readonly stage?: string } & Partial<Omit<MetricsLine, 'seconds'>> &
  Partial<SampledPoem> & {
    /** Of a step that began with sampling: seconds of each of its parts. */
    readonly seconds?: Readonly<Record<string, number>>;
    readonly sampling?: { readonly round: number; readonly done: number; readonly total: number };
  };

export interface Stage {
  readonly name: string;
  readonly lines: readonly TrainLine[];
}

export interface TrainLines {
  readonly stages: readonly Stage[];
  /** The line that came last. */
  readonly latest: TrainLine | undefined;
}

/** The lines of a job: those on disk, then those to come. */
export function useTrainLines(engine: ServerEngine, job: string, onEnd: () => void): TrainLines {
  const [stages, setStages] = useState<readonly Stage[]>([]);
  const [latest, setLatest] = useState<TrainLine>();
  useEffect(() => {
    const controller = new AbortController();
    const found = new Map<string, TrainLine[]>();
    const add = (stage: string, line: TrainLine): void => {
      const lines = found.get(stage) ?? [];
      const seen = lines.some((one) => one.step === line.step && one.prompt === line.prompt);
      if (!seen) found.set(stage, [...lines, line]);
    };
    const show = (): void => setStages([...found].map(([name, lines]) => ({ name, lines })));
    const watch = async (): Promise<void> => {
      for (const history of await historiesOf(engine, job)) {
        const stage = history.id.slice(history.id.indexOf(job) + job.length + 1);
        for (const line of [...history.metrics, ...history.samples]) add(stage, line as TrainLine);
      }
      show();
      await engine.watch(job, controller.signal, (event, data) => {
        if (event !== 'line') return;
        const line = data as TrainLine;
        setLatest(line);
        if (line.stage !== undefined && line.step !== undefined) add(line.stage, line);
        show();
      });
      onEnd();
    };
    watch().catch(() => undefined);
    return () => controller.abort();
  }, [engine, job]);
  return { stages, latest };
}

/** The runs of a job, in the order in which they were made. */
async function historiesOf(engine: ServerEngine, job: string): Promise<RunHistory[]> {
  const runs = (await engine.runs()).filter(({ id }) => id.includes(job)).reverse();
  return Promise.all(runs.map(({ id }) => engine.history(id)));
}
