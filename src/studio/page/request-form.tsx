/** The form of a request: what the poem should be. */
import type { JsonConstraints } from '../../writing/constraint-schema.js';
import type { JsonRequest } from '../../writing/json-request.js';
import type { FormName } from '../../poetry/forms.js';
import { parsePrompt, splitThemes } from '../../poetry/prompt.js';
import type { Description } from './engine.js';
import { CheckField, CountField, SelectField, TextField } from './fields.js';
import { useSay } from './language.js';

/** What the reader has filled in; texts as they were typed. */
export interface RequestFields {
  readonly model: string;
  readonly form: FormName;
  readonly themes: string;
  readonly prompt: string;
  readonly acrostic: string;
  readonly firstLine: string;
  readonly rhyme: string;
  readonly required: string;
  readonly forbidden: string;
  readonly constrained: boolean;
  readonly original: boolean;
  readonly temperature: number;
  readonly candidates: number;
  /** Empty for another one each time. */
  readonly seed: string;
}

export const EMPTY_REQUEST: RequestFields = {
  model: '',
  form: '五言绝句',
  themes: '',
  prompt: '',
  acrostic: '',
  firstLine: '',
  rhyme: '',
  required: '',
  forbidden: '',
  constrained: true,
  original: false,
  temperature: 0.8,
  candidates: 4,
  seed: '',
};

const SEEDS = 2 ** 31;
export const randomSeed = (): number => Math.floor(Math.random() * SEEDS);

/** The request that the fields make. */
export function toRequest(fields: RequestFields): JsonRequest {
  const { acrostic, firstLine, rhyme, required, forbidden } = fields;
  const constraints: JsonConstraints = {
    ...(acrostic.trim() === '' ? {} : { acrostic: acrostic.trim() }),
    ...(firstLine.trim() === '' ? {} : { lines: [firstLine.replace(/[，。？！\s]/gu, '')] }),
    ...(rhyme === '' ? {} : { rhyme }),
    ...(required.trim() === '' ? {} : { required: splitThemes(required) }),
    ...(forbidden.trim() === '' ? {} : { forbidden: splitThemes(forbidden) }),
  };
  return {
    ...(fields.model === '' ? {} : { model: fields.model }),
    // A prompt that was typed says more than a choice that stands there by itself.
    form: parsePrompt(fields.prompt).form ?? fields.form,
    themes: splitThemes(fields.themes),
    ...(fields.prompt.trim() === '' ? {} : { prompt: fields.prompt.trim() }),
    ...(fields.constrained ? { constraints, original: fields.original } : { free: true }),
    sampling: { temperature: fields.temperature },
    candidates: fields.candidates,
    seed: fields.seed.trim() === '' ? randomSeed() : Number(fields.seed),
  };
}

interface RequestFormProps {
  readonly description: Description;
  readonly fields: RequestFields;
  readonly onChange: (fields: RequestFields) => void;
}

export function RequestForm({ description, fields, onChange }: RequestFormProps) {
  const say = useSay();
  const set = (change: Partial<RequestFields>): void => onChange({ ...fields, ...change });
  return (
    <>
      {description.models.length > 1 && (
        <SelectField
          label={say('模型', 'model')}
          value={fields.model}
          onChange={(model) => set({ model })}
          choices={description.models.map(({ id }) => id)}
        />
      )}
      <FormChoice description={description} fields={fields} set={set} />
      <ThemeChoice description={description} fields={fields} set={set} />
      <details>
        <summary>{say('更多要求', 'more')}</summary>
        <MoreFields description={description} fields={fields} set={set} />
      </details>
    </>
  );
}

interface PartProps {
  readonly description: Description;
  readonly fields: RequestFields;
  readonly set: (change: Partial<RequestFields>) => void;
}

export function FormChoice({ description, fields, set }: PartProps) {
  const say = useSay();
  return (
    <fieldset class="choice">
      <legend>{say('体裁', 'form')}</legend>
      {description.forms.map(({ name, english }) => (
        <label key={name} title={english}>
          <input
            type="radio"
            name="form"
            value={name}
            checked={fields.form === name}
            onChange={() => set({ form: name })}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

export function ThemeChoice({ description, fields, set }: PartProps) {
  const say = useSay();
  const chosen = splitThemes(fields.themes);
  const toggle = (theme: string): void => {
    const themes = chosen.includes(theme) ? chosen.filter((one) => one !== theme) : [...chosen, theme];
    set({ themes: themes.join('、') });
  };
  return (
    <>
      <TextField
        label={say('主题', 'themes')}
        value={fields.themes}
        onChange={(themes) => set({ themes })}
        placeholder={say('山水、自然、宁静', '山水、自然、宁静 (in Chinese)')}
      />
      <div class="suggestions" role="group" aria-label={say('主题词', 'theme words')}>
        {description.themes.map((theme) => (
          <button
            key={theme}
            type="button"
            aria-pressed={chosen.includes(theme)}
            onClick={() => toggle(theme)}
          >
            {theme}
          </button>
        ))}
      </div>
    </>
  );
}

function MoreFields({ description, fields, set }: PartProps) {
  const say = useSay();
  const text = (
    key: 'prompt' | 'acrostic' | 'firstLine' | 'required' | 'forbidden' | 'seed',
    label: string,
    placeholder = '',
  ) => (
    <TextField
      label={label}
      value={fields[key]}
      onChange={(typed) => set({ [key]: typed })}
      placeholder={placeholder}
    />
  );
  return (
    <>
      {text('prompt', say('自由提示', 'free prompt'), '以“秋思”为题，作一首五言绝句')}
      {text('acrostic', say('藏头', 'acrostic'), '春夏秋冬')}
      {text('firstLine', say('首句', 'first line'), '床前明月光')}
      {text('required', say('须有之词', 'words it must have'))}
      {text('forbidden', say('忌用之词', 'words it must not have'))}
      <SelectField
        label={say('韵部', 'rhyme group')}
        value={fields.rhyme}
        onChange={(rhyme) => set({ rhyme })}
        choices={description.rhymeGroups}
        none={say('任选', 'any')}
      />
      <CheckField
        label={say('守格律', 'keep to the form')}
        value={fields.constrained}
        onChange={(constrained) => set({ constrained })}
      />
      <CheckField
        label={say('不袭前人句', 'no line of the corpus')}
        value={fields.original}
        onChange={(original) => set({ original })}
        disabled={!fields.constrained}
      />
      <label>
        {say('温度', 'temperature')} {fields.temperature.toFixed(1)}
        <input
          type="range"
          min="0"
          max="1.5"
          step="0.1"
          value={fields.temperature}
          onInput={({ currentTarget }) => set({ temperature: Number(currentTarget.value) })}
        />
      </label>
      <CountField
        label={say('候选', 'candidates')}
        value={fields.candidates}
        onChange={(candidates) => set({ candidates })}
        most={16}
      />
      {text('seed', say('种子', 'seed'), say('随机', 'random'))}
    </>
  );
}
