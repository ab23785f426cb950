/** Train in a static site: the site's model learns from the reader's own poems or votes, wholly in the browser. */
import { useState } from 'preact/hooks';
import type { StageProgress } from '../../browser/index.js';
import { download } from './download.js';
import type { LocalFiles } from './engine-worker.js';
import { ErrorMessage } from './error-message.js';
import { CountField } from './fields.js';
import { Intro } from './intro.js';
import { useSay, type Say } from './language.js';
import { LineChart } from './line-chart.js';
import { useLocalTraining, type TrainingState } from './local-training.js';
import { SampleList } from './sample-list.js';

const KEY = 'shiren-train-text';
const STEPS = 60;
const MOST_STEPS = 2000;
const PLACEHOLDER = '空山不见人，但闻人语响。\n返景入深林，复照青苔上。';

export function LocalTrainView({ files }: { readonly files: LocalFiles }) {
  const say = useSay();
  const { state, start, stop } = useLocalTraining();
  const [text, setText] = useState(() => localStorage.getItem(KEY) ?? '');
  const [steps, setSteps] = useState(STEPS);
  const { under, progress } = state;
  const isIdle = under === 'none' || under === 'end';
  const isBegun = isIdle && progress !== undefined;
  const change = (changed: string): void => {
    setText(changed);
    localStorage.setItem(KEY, changed);
  };
  const train = (anew: boolean): void => start({ files, text, steps, anew });
  return (
    <div class="columns">
      <form
        class="panel"
        onSubmit={(event) => {
          event.preventDefault();
          train(false);
        }}
      >
        <label>
          {say('你的诗，空行隔开', 'your poems, a blank line between')}
          <textarea
            rows={14}
            value={text}
            disabled={!isIdle}
            placeholder={PLACEHOLDER}
            onInput={({ currentTarget }) => change(currentTarget.value)}
          />
        </label>
        <CountField label={say('步数', 'steps')} value={steps} most={MOST_STEPS} onChange={setSteps} />
        <button type="submit" class="primary" disabled={!isIdle || text.trim() === ''}>
          {isBegun && under === 'none' ? say('接着训练', 'go on') : say('训练', 'train')}
        </button>
        <button type="button" disabled={under !== 'way'} onClick={stop}>
          {under === 'stop' ? say('正在停……', 'stopping…') : say('停', 'stop')}
        </button>
        {isBegun && (
          <button type="button" onClick={() => train(true)}>
            {say('从头训练', 'begin anew')}
          </button>
        )}
        <ErrorMessage error={state.error} />
      </form>
      <section aria-label={say('训练', 'training')}>
        {under === 'none' && !progress ? <TrainIntro /> : <Progress state={state} />}
      </section>
    </div>
  );
}

function TrainIntro() {
  const say = useSay();
  return (
    <Intro title={say('让它学你的诗', 'Teach it your own poems')}>
      <p>
        {say(
          '贴上你的诗，按「训练」。这页自带的小模型就在你的浏览器里学，诗不离开你的机器。',
          'Paste your poems and press Train. The small model of this page learns them in your browser; they never leave your machine.',
        )}
      </p>
      <p>
        {say(
          '六十步约几分钟。随时可停；同样的诗、同样的步数，关了页面再来也接着学。学完可下载适配器（PEFT），用 shiren 或 PEFT 写诗。',
          'Sixty steps take some minutes. Stop when you like: the same poems and steps go on from there, even after the page was closed. At the end you download the adapter (PEFT), for shiren or PEFT to write with.',
        )}
      </p>
      <p>
        {say(
          '也可贴投票（诗坊的 votes.jsonl，每行一条）：它就学哪首更好。',
          "Votes do too (the studio's votes.jsonl, a line each): it then learns which of two is better.",
        )}
      </p>
    </Intro>
  );
}

function Progress({ state }: { readonly state: TrainingState }) {
  const say = useSay();
  const { progress, read, losses, poems, files } = state;
  return (
    <>
      <p role="status" class="progress">
        {progress ? describe(progress, say) : say('准备中……', 'getting ready…')}
      </p>
      {progress && (
        <progress max={progress.totalSteps} value={progress.step} aria-label={say('步数', 'steps')} />
      )}
      {read && (
        <p>
          {say(`学 ${read.examples} 首`, `${read.examples} to learn from`)}
          {read.withoutForm > 0 &&
            say(`；${read.withoutForm} 首不合诗体，未学`, `; ${read.withoutForm} in no known form, left out`)}
        </p>
      )}
      {losses.length > 0 && (
        <LineChart title={say('损失', 'loss')} curves={[{ name: 'loss', points: losses }]} />
      )}
      {files && (
        <p>
          {[...files].map(([name, bytes]) => (
            <button key={name} type="button" onClick={() => download(new Blob([bytes]), name)}>
              {say('下载', 'download')} {name}
            </button>
          ))}
        </p>
      )}
      <SampleList
        samples={poems.map(({ step, prompt, text }) => ({ heading: `${step} · ${prompt}`, text }))}
      />
    </>
  );
}

function describe({ step, totalSteps, metrics, tokensPerSecond }: StageProgress, say: Say): string {
  const parts = [`${step}/${totalSteps}`];
  if (metrics) parts.push(`${say('损失', 'loss')} ${metrics.loss.toFixed(3)}`);
  if (tokensPerSecond !== undefined) parts.push(`${Math.round(tokensPerSecond)} tokens/s`);
  return parts.join(' · ');
}
