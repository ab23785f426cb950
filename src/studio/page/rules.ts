/** The rules of prosody, with their names and explanations, wherever a poem is shown. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { PoemChoices } from '../../writing/choices.js';

export const RulesContext = createContext<PoemChoices['rules'] | undefined>(undefined);

export function useRules(): PoemChoices['rules'] {
  const rules = useContext(RulesContext);
  if (!rules) throw new Error('no rules above this part of the page');
  return rules;
}
