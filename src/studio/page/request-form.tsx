/** The form of a request: what the poem should be. */
import type { ComponentChildren } from 'preact';
import { splitThemes } from '../../poetry/text.js';
import type { Description } from './engine.js';
import { CheckField, CountField, SelectField, TextField } from './fields.js';
import { useLanguage, useSay } from './language.js';
import { ConstraintControls, SamplingControls } from './request-controls.js';
import { isSentence, withForm, type RequestFields } from './request-fields.js';
import { glossOfTheme } from './theme-glosses.js';

interface RequestFormProps {
  readonly description: Description;
  readonly fields: RequestFields;
  readonly onChange: (fields: RequestFields) => void;
  /** The buttons, which stand where all that one must choose is above them. */
  readonly actions: ComponentChildren;
}

export function RequestForm({ description, fields, onChange, actions }: RequestFormProps) {
  const say = useSay();
  const set = (change: Partial<RequestFields>): void => onChange({ ...fields, ...change });
  return (
    <>
      <ThemeChoice description={description} fields={fields} set={set} />
      <FormChoice description={description} fields={fields} set={set} />
      {actions}
      <details>
        <summary>
          {say('更多要求', 'more')} {description.models.length > 1 && <small>{fields.model}</small>}
        </summary>
        {description.models.length > 1 && (
          <SelectField
            label={say('模型', 'model')}
            name="model"
            value={fields.model}
            onChange={(model) => set({ model })}
            choices={description.models.map(({ id }) => id)}
          />
        )}
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
  const inEnglish = useLanguage() === 'en';
  const chosen = description.forms.find(({ name }) => name === fields.form);
  return (
    <div>
      <fieldset class="pills forms">
        <legend>{say('体裁', 'form')}</legend>
        {description.forms.map(({ name, english }) => (
          <label key={name} title={english}>
            <input
              type="radio"
              name="form"
              value={name}
              checked={fields.form === name}
              onChange={() => set(withForm(fields, name, description.forms))}
            />
            {name}
          </label>
        ))}
      </fieldset>
      {inEnglish && chosen && <p class="hint">{chosen.english}</p>}
    </div>
  );
}

export function ThemeChoice({ description, fields, set }: PartProps) {
  const say = useSay();
  const inEnglish = useLanguage() === 'en';
  const chosen = splitThemes(fields.themes);
  const toggle = (theme: string): void => {
    const themes = chosen.includes(theme) ? chosen.filter((one) => one !== theme) : [...chosen, theme];
    set({ themes: themes.join('、') });
  };
  return (
    <>
      <TextField
        label={say('主题：几个词，或一句话', 'themes: words or a sentence, in Chinese')}
        name="themes"
        value={fields.themes}
        onChange={(themes) => set({ themes })}
        placeholder={say('山水、宁静；或：秋夜想起远方的朋友', '山水、宁静 · 秋夜想起远方的朋友')}
      />
      <div class="suggestions" role="group" aria-label={say('主题词', 'theme words')}>
        {description.themes.map((theme) => (
          <button
            key={theme}
            type="button"
            aria-pressed={chosen.includes(theme)}
            disabled={isSentence(fields.themes)}
            onClick={() => toggle(theme)}
          >
            <span lang="zh">{theme}</span>
            {inEnglish && glossOfTheme(theme)}
          </button>
        ))}
      </div>
    </>
  );
}

function MoreFields({ description, fields, set }: PartProps) {
  const say = useSay();
  const form = description.forms.find(({ name }) => name === fields.form);
  return (
    <>
      <TextField
        label={say('自由提示', 'free prompt')}
        name="prompt"
        value={fields.prompt}
        onChange={(prompt) => set({ prompt })}
        placeholder="以“秋思”为题，作一首五言绝句"
      />
      <CheckField
        label={say('守格律', 'keep to the form')}
        name="free"
        value={fields.constrained}
        onChange={(constrained) => set({ constrained })}
      />
      <ConstraintControls
        description={description}
        form={form}
        fields={fields.constraints}
        disabled={!fields.constrained}
        onChange={(constraints) => set({ constraints })}
      />
      <CheckField
        label={say('不袭前人句', 'no line of the corpus')}
        name="original"
        value={fields.original}
        onChange={(original) => set({ original })}
        disabled={!fields.constrained}
      />
      <CheckField
        label={say('主题照原字', 'themes as they are typed')}
        name="literal"
        value={fields.literal}
        onChange={(literal) => set({ literal })}
      />
      <SamplingControls fields={fields.sampling} onChange={(sampling) => set({ sampling })} />
      <CountField
        label={say('候选', 'candidates')}
        name="candidates"
        value={fields.candidates}
        onChange={(candidates) => set({ candidates })}
        most={16}
      />
      <TextField
        label={say('种子', 'seed')}
        name="seed"
        value={fields.seed}
        onChange={(seed) => set({ seed })}
        placeholder={say('随机', 'random')}
      />
    </>
  );
}
