/** Jobs with their states, and what can be done with them. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { JobKind, JobRecord, JobState } from '../jobs.js';
import { ErrorMessage } from './error-message.js';
import { useSay } from './language.js';
import type { ServerEngine } from './server-engine.js';

/** The jobs of a kind, the one that is looked at, and what can be done with them. */
export interface JobControl {
  readonly jobs: readonly JobRecord[];
  readonly selected: JobRecord | undefined;
  readonly select: (id: string) => void;
  /** Starts, stops or resumes a job, and looks at it. */
  readonly act: (work: Promise<JobRecord>) => void;
  readonly error: string | undefined;
  readonly refresh: () => void;
}

/** Whether a job only tells what it would take. */
const isEstimate = ({ commands }: JobRecord): boolean =>
  commands.some((command) => command.includes('--dry-run'));

export function useJobs(engine: ServerEngine, kind: JobKind): JobControl {
  const [jobs, setJobs] = useState<readonly JobRecord[]>([]);
  const [selected, select] = useState<string>();
  const [error, setError] = useState<string>();
  const refresh = useCallback(
    (): void =>
      void engine.jobs(kind).then(
        (found) => setJobs(found.filter((job) => !isEstimate(job))),
        () => undefined,
      ),
    [engine, kind],
  );
  useEffect(refresh, [refresh]);
  // What is under way is looked at where nothing else is.
  const under = jobs.find(({ state }) => state === 'running');
  const act = (work: Promise<JobRecord>): void => {
    setError(undefined);
    work.then(
      ({ id }) => {
        select(id);
        refresh();
      },
      (caught: Error) => setError(caught.message),
    );
  };
  return { jobs, selected: jobs.find(({ id }) => id === selected) ?? under, select, act, error, refresh };
}

/** What is shown of a job begins anew with this: it is read from disk once more when it stops or goes on. */
export const viewKey = ({ id, state }: JobRecord): string => `${id} ${state === 'running'}`;

export function JobList({ engine, control }: { engine: ServerEngine; control: JobControl }) {
  const { jobs, selected, select, act, error } = control;
  const say = useSay();
  const states: Readonly<Record<JobState, string>> = {
    queued: say('等候', 'waiting'),
    running: say('进行中', 'running'),
    stopped: say('已停', 'stopped'),
    finished: say('已成', 'finished'),
    failed: say('失败', 'failed'),
  };
  return (
    <>
      <ErrorMessage error={error} />
      {jobs.length > 0 && (
        <ul class="jobs" aria-label={say('任务', 'jobs')}>
          {jobs.map(({ id, title, state, place, message, created }) => (
            <li key={id} class={state}>
              <button type="button" aria-pressed={selected?.id === id} onClick={() => select(id)}>
                {title} <small>{new Date(created).toLocaleString()}</small>
              </button>
              <span class="state">
                {states[state]}
                {place !== undefined && say(`（第${place}位）`, ` (place ${place})`)}
              </span>
              {(state === 'running' || state === 'queued') && (
                <button type="button" onClick={() => act(engine.stop(id))}>
                  {say('停', 'stop')}
                </button>
              )}
              {(state === 'stopped' || state === 'failed') && (
                <button type="button" onClick={() => act(engine.resume(id))}>
                  {say('续', 'resume')}
                </button>
              )}
              {message && <p class="error">{message}</p>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
