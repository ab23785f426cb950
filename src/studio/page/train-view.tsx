/** Train: choose an aim, see what it takes, watch it, stop it and go on; runs of before over each other. */
import type { Description } from './engine.js';
import { Intro } from './intro.js';
import { JobList, useJobs, viewKey } from './job-list.js';
import { useSay } from './language.js';
import { PastRuns } from './past-runs.js';
import type { ServerEngine } from './server-engine.js';
import type { Aim } from './train-aims.js';
import { TrainForm } from './train-form.js';
import { TrainProgress } from './train-progress.js';

interface TrainViewProps {
  readonly engine: ServerEngine;
  readonly description: Description;
  /** The aim to begin with: the votes, where Compare sent the reader here. */
  readonly aim?: Aim;
}

export function TrainView({ engine, description, aim }: TrainViewProps) {
  const say = useSay();
  const control = useJobs(engine, 'train');
  const { selected } = control;
  return (
    <div class="columns">
      <div class="panel">
        <TrainForm
          engine={engine}
          description={description}
          aim={aim}
          onStart={(request) => control.act(engine.train(request))}
        />
        <JobList engine={engine} control={control} />
      </div>
      <section aria-label={say('训练', 'training')}>
        {selected ? (
          <TrainProgress key={viewKey(selected)} engine={engine} job={selected.id} onEnd={control.refresh} />
        ) : (
          <TrainIntro />
        )}
        <PastRuns engine={engine} />
      </section>
    </div>
  );
}

function TrainIntro() {
  const say = useSay();
  return (
    <Intro title={say('教模型作诗', 'Teach a model to write')}>
      <p>
        {say(
          '模型分三段学诗：先读原诗，再读整理过的诗，末了学哪首更好。每段只改一个小小的适配器（LoRA），底模不动。',
          'A model learns in three stages: poems as they come, cleaned poems, and which of two is better. Each stage trains a small adapter (LoRA); the base stays as it is.',
        )}
      </p>
      <ol>
        <li>
          {say(
            '选一个目的，按「训练」：先试跑几步，告诉你要多久、占多少内存。',
            'Choose an aim and press Train: a few steps are tried, and you are told how long it takes and how much memory.',
          )}
        </li>
        <li>
          {say(
            '按「开始」：损失与奖励的曲线在此渐渐画出，途中所写的诗也在此。',
            'Press Start: the curves of loss and rewards grow here, with poems written on the way.',
          )}
        </li>
        <li>
          {say(
            '随时可停，也可关掉此页；回头按「续」，从停处接着学。',
            'Stop at any time, or close the page; Resume goes on where it stopped.',
          )}
        </li>
        <li>
          {say(
            '学成之后，「写诗」与「比较」里就有这个模型。',
            'What was trained is there in Write and Compare.',
          )}
        </li>
      </ol>
    </Intro>
  );
}
