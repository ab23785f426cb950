/** The form of a training: an aim, what it takes in detail, and the estimate before it starts. */
import { useState } from 'preact/hooks';
import type { Description } from './engine.js';
import { EstimatePanel, useEstimate } from './estimate-panel.js';
import { SelectField, TextField } from './fields.js';
import { useSay, type Say } from './language.js';
import type { ServerEngine, TrainRequest } from './server-engine.js';
import { aimsOf, dataFolders, fieldsOf, lacksData, type Aim, type TrainFields } from './train-aims.js';

interface TrainFormProps {
  readonly engine: ServerEngine;
  readonly description: Description;
  /** The aim to begin with. */
  readonly aim?: Aim;
  readonly onStart: (request: TrainRequest) => void;
}

export function TrainForm({ engine, description, aim: firstAim, onStart }: TrainFormProps) {
  const say = useSay();
  const aims = aimsOf(description);
  const [aim, setAim] = useState<Aim>(firstAim ?? aims[0] ?? 'miniature');
  const [fields, setFields] = useState(() => fieldsOf(aim, description));
  const estimate = useEstimate(engine);
  const set = (change: Partial<TrainFields>): void => {
    estimate.drop();
    setFields({ ...fields, ...change });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        estimate.ask(requestOf(fields));
      }}
    >
      <fieldset class="aims">
        <legend>{say('为何而训', 'what for')}</legend>
        {aims.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="aim"
              checked={aim === one}
              onChange={() => {
                setAim(one);
                set(fieldsOf(one, description));
              }}
            />
            <span>
              {titleOf(one, say)}
              <small>{explain(one, say)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {lacksData(aim, description) && <DataHint aim={aim} />}
      <details>
        <summary>
          {say('细目', 'in detail')} <small>{fields.recipe}</small>
        </summary>
        <TrainDetails description={description} fields={fields} set={set} />
      </details>
      {estimate.state === 'none' && (
        <button type="submit" class="primary">
          {say('训练', 'Train')}
        </button>
      )}
      <EstimatePanel
        estimate={estimate}
        onStart={() => {
          estimate.drop();
          onStart(requestOf(fields));
        }}
      />
    </form>
  );
}

interface TrainDetailsProps {
  readonly description: Description;
  readonly fields: TrainFields;
  readonly set: (change: Partial<TrainFields>) => void;
}

function TrainDetails({ description, fields, set }: TrainDetailsProps) {
  const say = useSay();
  return (
    <>
      <SelectField
        label={say('配方', 'recipe')}
        value={fields.recipe}
        onChange={(recipe) => set({ recipe })}
        choices={description.recipes ?? []}
      />
      <SelectField
        label={say('数据', 'data')}
        value={fields.data}
        onChange={(data) => set({ data })}
        choices={dataFolders(description)}
      />
      <TextField
        label="max_steps"
        value={fields.steps}
        onChange={(steps) => set({ steps })}
        placeholder={say('不限', 'no limit')}
      />
      <TextField
        label="learning_rate"
        value={fields.rate}
        onChange={(rate) => set({ rate })}
        placeholder={say('依配方', 'the recipe’s')}
      />
      <TextField
        label="sample_steps"
        value={fields.samples}
        onChange={(samples) => set({ samples })}
        placeholder={say('不取样', 'no samples')}
      />
    </>
  );
}

function DataHint({ aim }: { readonly aim: Aim }) {
  const say = useSay();
  const command =
    aim === 'own'
      ? 'npx shiren data build --source poems.txt --out output/mine'
      : 'npx shiren data fetch && npx shiren data build --source chinese-poetry --out output/full';
  return (
    <div class="hint">
      {say(
        '数据尚无，暂以所附之诗代之。先在终端里造一份，再回此页：',
        'Its data is not there yet; the poems that ship stand for it. Make it in a terminal, then come back:',
      )}
      <pre>{command}</pre>
    </div>
  );
}

function requestOf({ recipe, data, steps, rate, samples }: TrainFields): TrainRequest {
  const typed = { max_steps: steps, sample_steps: samples, learning_rate: rate };
  const settings = Object.entries(typed).flatMap(([name, value]) =>
    value.trim() === '' ? [] : [[name, Number(value)] as const],
  );
  return { recipe, data, settings: Object.fromEntries(settings) };
}

function titleOf(aim: Aim, say: Say): string {
  const titles: Readonly<Record<Aim, string>> = {
    miniature: say('几分钟，用小模型', 'in minutes, on the miniature'),
    published: say('已发表的配方', 'the published recipe'),
    own: say('我自己的诗', 'my own poems'),
    grpo: say('强化学习', 'by rewards'),
    votes: say('照我的投票', 'by my votes'),
  };
  return titles[aim];
}

function explain(aim: Aim, say: Say): string {
  const texts: Readonly<Record<Aim, string>> = {
    miniature: say(
      '全程三段：原诗、净诗、偏好。随包所附，不必联网。',
      'All three stages: raw poems, cleaned poems, preferences. Nothing is fetched.',
    ),
    published: say(
      'Qwen3-0.6B，LoRA。模型由 Hugging Face 下载；在处理器上须数小时。',
      'Qwen3-0.6B with LoRA. The model comes from Hugging Face; hours on a processor.',
    ),
    own: say('小模型，学你给的诗。', 'The miniature, on poems that you give it.'),
    grpo: say(
      'GRPO：模型自写自评，按形式、押韵、平仄、主题得奖。',
      'GRPO: it writes, and is rewarded for form, rhyme, tones and theme.',
    ),
    votes: say('DPO：学你在「比较」里所选。', 'DPO on what you preferred in Compare.'),
  };
  return texts[aim];
}
