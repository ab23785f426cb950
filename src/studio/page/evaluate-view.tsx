/** Evaluate: models on the same prompts, and the report, which grows as models are done. */
import { useEffect, useState } from 'preact/hooks';
import type { JobRecord } from '../jobs.js';
import type { Description } from './engine.js';
import { JobList, useJobs } from './job-list.js';
import { useSay } from './language.js';
import type { ServerEngine } from './server-engine.js';

interface EvaluateViewProps {
  readonly engine: ServerEngine;
  readonly description: Description;
}

export function EvaluateView({ engine, description }: EvaluateViewProps) {
  const say = useSay();
  const { jobs, refresh } = useJobs(engine, 'eval');
  const [selected, setSelected] = useState<string>();
  const [error, setError] = useState<string>();
  const [models, setModels] = useState<readonly string[]>(description.models.slice(0, 2).map(({ id }) => id));
  const [prompts, setPrompts] = useState(20);
  const [seeds, setSeeds] = useState(1);
  const act = (work: Promise<JobRecord>): void => {
    setError(undefined);
    work.then(
      async ({ id }) => {
        setSelected(id);
        await refresh();
      },
      (caught: Error) => setError(caught.message),
    );
  };
  const count = (label: string, value: number, set: (value: number) => void) => (
    <label>
      {label}
      <input
        type="number"
        min="1"
        value={value}
        onInput={({ currentTarget }) => set(Number(currentTarget.value) || 1)}
      />
    </label>
  );
  const job = jobs.find(({ id }) => id === selected);
  return (
    <div class="columns">
      <div class="panel">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            act(engine.evaluate({ models, prompts, seeds }));
          }}
        >
          <fieldset class="choice">
            <legend>{say('模型', 'models')}</legend>
            {description.models.map(({ id }) => (
              <label key={id}>
                <input
                  type="checkbox"
                  checked={models.includes(id)}
                  onChange={() =>
                    setModels(models.includes(id) ? models.filter((one) => one !== id) : [...models, id])
                  }
                />
                {id}
              </label>
            ))}
          </fieldset>
          {count(say('题数', 'prompts'), prompts, setPrompts)}
          {count(say('每题几首', 'poems a prompt'), seeds, setSeeds)}
          <button type="submit" class="primary" disabled={models.length === 0}>
            {say('评测', 'Evaluate')}
          </button>
        </form>
        {error && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
        <JobList
          jobs={jobs}
          selected={selected}
          onSelect={setSelected}
          onStop={(id) => act(engine.stop(id))}
          onResume={(id) => act(engine.resume(id))}
        />
      </div>
      <section aria-label={say('报告', 'report')}>
        {job && (
          <EvaluationProgress
            key={`${job.id} ${job.state === 'running'}`}
            engine={engine}
            job={job}
            onEnd={refresh}
          />
        )}
      </section>
    </div>
  );
}

interface Progress {
  readonly candidate: string;
  readonly done: number;
  readonly total: number;
}

const isProgress = (line: unknown): line is Progress =>
  typeof line === 'object' && line !== null && 'candidate' in line && 'done' in line;

function EvaluationProgress({
  engine,
  job,
  onEnd,
}: {
  engine: ServerEngine;
  job: JobRecord;
  onEnd: () => void;
}) {
  const say = useSay();
  const [progress, setProgress] = useState<Progress>();
  const [report, setReport] = useState<{ url: string; version: number }>();
  useEffect(() => {
    const controller = new AbortController();
    let candidate: string | undefined;
    const show = async (): Promise<void> => {
      const url = await engine.report(job);
      setReport((before) => (url === undefined ? undefined : { url, version: (before?.version ?? 0) + 1 }));
    };
    const watch = async (): Promise<void> => {
      await show();
      await engine.watch(job.id, controller.signal, (event, line) => {
        if (event !== 'line' || !isProgress(line)) return;
        setProgress(line);
        // Another model's turn: the one before is in the report.
        if (line.candidate !== candidate) void show();
        candidate = line.candidate;
      });
      await show();
      setProgress(undefined);
      onEnd();
    };
    watch().catch(() => undefined);
    return () => controller.abort();
  }, [engine, job.id]);
  return (
    <div>
      <p role="status" class="progress">
        {progress && `${progress.candidate} ${progress.done}/${progress.total}`}
        {!progress && report === undefined && say('准备中……', 'getting ready…')}
      </p>
      {progress && <progress max={progress.total} value={progress.done} aria-label={progress.candidate} />}
      {report !== undefined && (
        <iframe
          key={report.version}
          class="report"
          sandbox="allow-scripts"
          src={report.url}
          title={say('报告', 'report')}
        />
      )}
    </div>
  );
}
