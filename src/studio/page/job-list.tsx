/** Jobs with their states, and what can be done with them. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { JobKind, JobRecord, JobState } from '../jobs.js';
import { useSay } from './language.js';
import type { ServerEngine } from './server-engine.js';

/** The jobs of a kind, and one that is looked at. */
export function useJobs(
  engine: ServerEngine,
  kind: JobKind,
): { jobs: readonly JobRecord[]; refresh: () => Promise<void> } {
  const [jobs, setJobs] = useState<readonly JobRecord[]>([]);
  const refresh = useCallback(async () => setJobs(await engine.jobs(kind)), [engine, kind]);
  useEffect(() => void refresh().catch(() => undefined), [refresh]);
  return { jobs, refresh };
}

interface JobListProps {
  readonly jobs: readonly JobRecord[];
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
  readonly onStop: (id: string) => void;
  readonly onResume: (id: string) => void;
}

export function JobList({ jobs, selected, onSelect, onStop, onResume }: JobListProps) {
  const say = useSay();
  const states: Readonly<Record<JobState, string>> = {
    running: say('进行中', 'running'),
    stopped: say('已停', 'stopped'),
    finished: say('已成', 'finished'),
    failed: say('失败', 'failed'),
  };
  if (jobs.length === 0) return null;
  return (
    <ul class="jobs" aria-label={say('任务', 'jobs')}>
      {jobs.map(({ id, title, state, message, created }) => (
        <li key={id} class={state}>
          <button type="button" aria-pressed={selected === id} onClick={() => onSelect(id)}>
            {title} <small>{new Date(created).toLocaleString()}</small>
          </button>
          <span class="state">{states[state]}</span>
          {state === 'running' && (
            <button type="button" onClick={() => onStop(id)}>
              {say('停', 'stop')}
            </button>
          )}
          {(state === 'stopped' || state === 'failed') && (
            <button type="button" onClick={() => onResume(id)}>
              {say('续', 'resume')}
            </button>
          )}
          {message && <p class="error">{message}</p>}
        </li>
      ))}
    </ul>
  );
}
