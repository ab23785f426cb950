/** Labelled controls that the forms of the page share. */
import type { ModelChoice } from './engine.js';
import { useSay } from './language.js';

interface FieldProps<T> {
  readonly label: string;
  readonly name?: string;
  readonly disabled?: boolean;
  readonly value: T;
  readonly onChange: (value: T) => void;
}

export function TextField({
  label,
  name,
  disabled,
  value,
  onChange,
  placeholder = '',
}: FieldProps<string> & { readonly placeholder?: string }) {
  return (
    <label>
      {label}
      <input
        type="text"
        name={name}
        disabled={disabled}
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
  name,
  value,
  onChange,
  most,
}: FieldProps<number> & { readonly most?: number }) {
  return (
    <label>
      {label}
      <input
        type="number"
        name={name}
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
  /** How a choice is shown, where not by its name. */
  readonly labelOf?: (choice: string) => string;
}

export function SelectField({
  label,
  name,
  disabled,
  value,
  onChange,
  choices,
  none,
  labelOf = (choice) => choice,
}: SelectFieldProps) {
  return (
    <label>
      {label}
      <select
        name={name}
        disabled={disabled}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {none !== undefined && <option value="">{none}</option>}
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {labelOf(choice)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function CheckField({ label, name, disabled, value, onChange }: FieldProps<boolean>) {
  return (
    <label class="check">
      <input
        type="checkbox"
        name={name}
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
    <fieldset class="choice models">
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
