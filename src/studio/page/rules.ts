/** The rules of prosody, with their names and explanations, wherever a poem is shown. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Violation } from '../../poetry/prosody/rules.js';
import type { PoemChoices } from '../../writing/choices.js';
import { useSay } from './language.js';

export const RulesContext = createContext<PoemChoices['rules'] | undefined>(undefined);

export function useRules(): PoemChoices['rules'] {
  const rules = useContext(RulesContext);
  if (!rules) throw new Error('no rules above this part of the page');
  return rules;
}

/** What a rule says, by its name and in a sentence. */
export function useRuleSentence(): (violation: Violation) => string {
  const say = useSay();
  const rules = useRules();
  return ({ rule }) => {
    const { chinese, english, explanation, chineseExplanation } = rules[rule];
    return say(`${chinese}：${chineseExplanation}`, `${english} (${chinese}): ${explanation}`);
  };
}
