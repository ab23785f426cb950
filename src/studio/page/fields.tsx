/** Labelled controls that the forms of the page share. */
import type { ModelChoice } from './engine.js';
import { useSay } from './language.js';

interface FieldProps<T> {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
}

export function TextField({
  label,
  value,
  onChange,
  placeholder = '',
}: FieldProps<string> & { readonly placeholder?: string }) {
  return (
    <label>
      {label}
      <input
        type="text"
        value={value}
        placeholder={placeholder}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </label>
  );
}

/** A whole number of 1 or more. */
export function CountField({
  label,
  value,
  onChange,
  most,
}: FieldProps<number> & { readonly most?: number }) {
  return (
    <label>
      {label}
      <input
        type="number"
        min="1"
        max={most}
        value={value}
        onInput={({ currentTarget }) => onChange(Number(currentTarget.value) || 1)}
      />
    </label>
  );
}

interface SelectFieldProps extends FieldProps<string> {
  readonly choices: readonly string[];
  /** What stands for none of them. */
  readonly none?: string;
}

export function SelectField({ label, value, onChange, choices, none }: SelectFieldProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {choices.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function CheckField({
  label,
  value,
  onChange,
  disabled = false,
}: FieldProps<boolean> & { readonly disabled?: boolean }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={value}
        disabled={disabled}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      {label}
    </label>
  );
}

interface ModelsFieldProps {
  readonly models: readonly ModelChoice[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

export function ModelsField({ models, chosen, onChange }: ModelsFieldProps) {
  const say = useSay();
  const toggle = (id: string): void =>
    onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <fieldset class="choice">
      <legend>{say('模型', 'models')}</legend>
      {models.map(({ id }) => (
        <label key={id}>
          <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
          {id}
        </label>
      ))}
    </fieldset>
  );
}
