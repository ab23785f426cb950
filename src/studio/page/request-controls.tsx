/** The controls of what a poem is held to and of sampling: one for each key of their schemas, by the types of the tables. */
import type { ComponentChild } from 'preact';
import type { Description } from './engine.js';
import { CheckField, SelectField, TextField } from './fields.js';
import { useSay, type Say } from './language.js';
import { NO_RHYME, type ConstraintFields, type SamplingFields } from './request-fields.js';

interface ConstraintProps {
  readonly description: Description;
  /** The form that is chosen. */
  readonly form: Description['forms'][number] | undefined;
  readonly fields: ConstraintFields;
  readonly disabled: boolean;
  readonly onChange: (fields: ConstraintFields) => void;
}

interface Given extends ConstraintProps {
  readonly say: Say;
  readonly set: (change: Partial<ConstraintFields>) => void;
}

type TextName = {
  [K in keyof ConstraintFields]: string extends ConstraintFields[K] ? K : never;
}[keyof ConstraintFields];

const text =
  (name: TextName, chinese: string, english: string, placeholder = '') =>
  ({ say, fields, disabled, set }: Given) => (
    <TextField
      label={say(chinese, english)}
      name={name}
      disabled={disabled}
      value={fields[name]}
      onChange={(typed) => set({ [name]: typed })}
      placeholder={placeholder}
    />
  );

const CONSTRAINT_CONTROLS: Readonly<Record<keyof ConstraintFields, (given: Given) => ComponentChild>> = {
  lineCount: ({ say, form, fields, disabled, set }) => {
    const counts = form?.lineCounts ?? [];
    return (
      <SelectField
        label={say('句数', 'lines')}
        name="lineCount"
        disabled={disabled || counts.length < 2}
        value={fields.lineCount}
        onChange={(lineCount) => set({ lineCount })}
        choices={counts.length < 2 ? [] : counts.map(String)}
        none={String(form?.lines ?? '')}
      />
    );
  },
  acrostic: text('acrostic', '藏头', 'acrostic', '春夏秋冬'),
  acrosticEnd: text('acrosticEnd', '藏尾', 'acrostic of the last characters', '风'),
  lines: text('lines', '首句，或前几句', 'first line or lines', '床前明月光'),
  required: text('required', '须有之词', 'words it must have'),
  forbidden: text('forbidden', '忌用之词', 'words it must not have'),
  rhyme: ({ say, description, form, fields, disabled, set }) => (
    <SelectField
      label={say('韵部', 'rhyme group')}
      name="rhyme"
      disabled={disabled}
      value={fields.rhyme}
      onChange={(rhyme) => set({ rhyme })}
      choices={[
        NO_RHYME,
        ...description.rhymeGroups,
        ...(form?.style === 'old-style' ? description.obliqueRhymeGroups : []),
      ]}
      none={say('任选', 'any')}
      labelOf={(choice) => (choice === NO_RHYME ? say('不押韵', 'no rhyme') : choice)}
    />
  ),
  rhymeTone: ({ say, form, fields, disabled, set }) => (
    <SelectField
      label={say('韵之平仄（古体）', 'tone of the rhymes (old-style verse)')}
      name="rhymeTone"
      disabled={disabled || form?.style !== 'old-style'}
      value={fields.rhymeTone}
      onChange={(tone) => set({ rhymeTone: RHYME_TONES.find((one) => one === tone) ?? '' })}
      choices={RHYME_TONES}
      none={say('任选', 'any')}
      labelOf={(tone) => (tone === 'level' ? say('平韵', 'level 平') : say('仄韵', 'oblique 仄'))}
    />
  ),
  changeRhyme: ({ say, form, fields, disabled, set }) => (
    <CheckField
      label={say('四句一换韵（古体）', 'another rhyme every four lines (old-style verse)')}
      name="changeRhyme"
      disabled={disabled || form?.style !== 'old-style'}
      value={fields.changeRhyme}
      onChange={(changeRhyme) => set({ changeRhyme })}
    />
  ),
  tones: ({ say, form, fields, disabled, set }) => (
    <CheckField
      label={say('守平仄', 'keep to the tones')}
      name="tones"
      disabled={disabled || form?.style === 'old-style'}
      value={fields.tones}
      onChange={(tones) => set({ tones })}
    />
  ),
  template: ({ say, description, form, fields, disabled, set }) => (
    <SelectField
      label={say('平仄谱', 'tonal template')}
      name="template"
      disabled={disabled || !fields.tones || form?.style === 'old-style'}
      value={fields.template}
      onChange={(template) => set({ template })}
      choices={description.templates}
      none={say('任选', 'any')}
    />
  ),
  allow: ({ say, description, fields, disabled, set }) => (
    <fieldset class="choice" disabled={disabled}>
      <legend>{say('可犯之律', 'rules that may be broken')}</legend>
      {description.liftable.map((rule) => {
        const { chinese, english } = description.rules[rule];
        const others = fields.allow.filter((one) => one !== rule);
        return (
          <CheckField
            key={rule}
            label={say(chinese, english)}
            name="allow"
            value={fields.allow.includes(rule)}
            onChange={(allowed) => set({ allow: allowed ? [...others, rule] : others })}
          />
        );
      })}
    </fieldset>
  ),
};

const RHYME_TONES = ['level', 'oblique'] as const;

export function ConstraintControls(props: ConstraintProps) {
  const given: Given = {
    ...props,
    say: useSay(),
    set: (change) => props.onChange({ ...props.fields, ...change }),
  };
  return <>{Object.values(CONSTRAINT_CONTROLS).map((control) => control(given))}</>;
}

/** What the settings of sampling are called. */
const SAMPLING_LABELS: Readonly<Record<keyof SamplingFields, readonly [chinese: string, english: string]>> = {
  temperature: ['温度', 'temperature'],
  topP: ['累积概率 top-p', 'top-p'],
  topK: ['最可能的几个 top-k', 'top-k'],
  minP: ['最低概率 min-p', 'min-p'],
  repetitionPenalty: ['重复惩罚', 'repetition penalty'],
};
const SAMPLING_NAMES = Object.keys(SAMPLING_LABELS) as (keyof SamplingFields)[];

interface SamplingProps {
  readonly fields: SamplingFields;
  readonly onChange: (fields: SamplingFields) => void;
}

export function SamplingControls({ fields, onChange }: SamplingProps) {
  const say = useSay();
  return (
    <>
      {SAMPLING_NAMES.map((name) => (
        <TextField
          key={name}
          label={say(...SAMPLING_LABELS[name])}
          name={name}
          value={fields[name]}
          onChange={(typed) => onChange({ ...fields, [name]: typed })}
          placeholder={say('如常', 'as usual')}
        />
      ))}
    </>
  );
}
