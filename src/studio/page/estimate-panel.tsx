/** What a training will take, told before it starts: it is asked of the same process that would train. */
import { useRef, useState } from 'preact/hooks';
import type { JobRecord } from '../jobs.js';
import { ErrorMessage } from './error-message.js';
import { useSay, type Say } from './language.js';
import type { ServerEngine, TrainRequest } from './server-engine.js';

/** What a stage will take, as `shiren train --dry-run --json` prints it. */
interface StageEstimate {
  readonly stage: string;
  readonly steps: number;
  readonly tokens: number;
  /** Bytes. */
  readonly memory: { readonly total: number };
  readonly seconds?: number;
}

export interface Estimate {
  readonly state: 'none' | 'running' | 'done';
  readonly stages: readonly StageEstimate[];
  readonly error: string | undefined;
  readonly ask: (request: TrainRequest) => void;
  /** Forgets it; stops asking. */
  readonly drop: () => void;
}

const isEstimate = (line: unknown): line is { readonly estimate: StageEstimate } =>
  typeof line === 'object' && line !== null && 'estimate' in line;

export function useEstimate(engine: ServerEngine): Estimate {
  const [state, setState] = useState<Estimate['state']>('none');
  const [stages, setStages] = useState<readonly StageEstimate[]>([]);
  const [error, setError] = useState<string>();
  const running = useRef<AbortController>(undefined);
  const drop = (): void => {
    running.current?.abort();
    running.current = undefined;
    setState('none');
    setStages([]);
    setError(undefined);
  };
  const work = async (request: TrainRequest, { signal }: AbortController): Promise<void> => {
    const { id } = await engine.train({ ...request, dry_run: true });
    const stop = (): void => void engine.stop(id).catch(() => undefined);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop);
    let last: JobRecord | undefined;
    await engine.watch(id, signal, (event, data) => {
      if (event === 'job') last = data as JobRecord;
      else if (isEstimate(data)) setStages((before) => [...before, data.estimate]);
    });
    signal.removeEventListener('abort', stop);
    if (last?.state === 'failed') throw new Error(last.message);
  };
  const ask = (request: TrainRequest): void => {
    drop();
    const controller = new AbortController();
    running.current = controller;
    setState('running');
    work(request, controller).then(
      () => !controller.signal.aborted && setState('done'),
      (caught: Error) => {
        if (controller.signal.aborted) return;
        setState('none');
        setError(caught.message);
      },
    );
  };
  return { state, stages, error, ask, drop };
}

interface EstimatePanelProps {
  readonly estimate: Estimate;
  readonly onStart: () => void;
}

export function EstimatePanel({ estimate: { state, stages, error, drop }, onStart }: EstimatePanelProps) {
  const say = useSay();
  if (state === 'none') return <ErrorMessage error={error} />;
  const seconds = stages.reduce((sum, stage) => sum + (stage.seconds ?? 0), 0);
  return (
    <div class="estimate" aria-live="polite">
      {stages.length > 0 && <EstimateTable stages={stages} />}
      <p role="status" class="hint">
        {state === 'running'
          ? say('估算中：每段试跑几步……', 'estimating: each stage tries a few steps…')
          : stages.length === 0
            ? say('各段皆已训成，无可再训。', 'All its stages are done already.')
            : say(`共约 ${formatTime(seconds, say)}`, `about ${formatTime(seconds, say)} in all`)}
      </p>
      <div class="actions">
        <button type="button" class={state === 'done' ? 'primary' : undefined} onClick={onStart}>
          {state === 'done' ? say('开始', 'Start') : say('不等，即刻开始', 'start without waiting')}
        </button>
        <button type="button" class="quiet" onClick={drop}>
          {say('作罢', 'cancel')}
        </button>
      </div>
    </div>
  );
}

function EstimateTable({ stages }: { readonly stages: readonly StageEstimate[] }) {
  const say = useSay();
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{say('段', 'stage')}</th>
          <th scope="col" class="number">
            {say('步', 'steps')}
          </th>
          <th scope="col" class="number">
            {say('时', 'time')}
          </th>
          <th scope="col" class="number">
            {say('内存', 'memory')}
          </th>
        </tr>
      </thead>
      <tbody>
        {stages.map(({ stage, steps, seconds, memory }) => (
          <tr key={stage}>
            <td>{stage}</td>
            <td class="number">{steps}</td>
            <td class="number">{seconds === undefined ? '—' : formatTime(seconds, say)}</td>
            <td class="number">{(memory.total / 1e9).toFixed(1)} GB</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const [MINUTE, HOUR] = [60, 3600];
/** From how much on the larger unit is taken. */
const LONG = 1.5;

/** A time in the unit in which one would tell it. */
export function formatTime(seconds: number, say: Say): string {
  if (seconds < LONG * MINUTE) return say(`${Math.ceil(seconds)} 秒`, `${Math.ceil(seconds)} s`);
  if (seconds < LONG * HOUR) {
    const minutes = Math.ceil(seconds / MINUTE);
    return say(`${minutes} 分钟`, `${minutes} min`);
  }
  const hours = (seconds / HOUR).toFixed(1);
  return say(`${hours} 小时`, `${hours} h`);
}
