/** What a check found, a sentence each: what is broken, what is excused, what is a matter of taste, and what others wrote before. */
import type { ComponentChildren } from 'preact';
import type { Nearness } from '../../poetry/line-index.js';
import type { PoemCheck } from '../../poetry/prosody/check.js';
import type { Violation } from '../../poetry/prosody/rules.js';
import { useSay } from './language.js';
import { useRuleSentence } from './rules.js';

interface PoemRemarksProps {
  readonly check: PoemCheck;
  readonly novelty?: readonly Nearness[];
  /** What is offered against a violation. */
  readonly offer?: (violation: Violation) => ComponentChildren;
}

export function PoemRemarks({ check, novelty = [], offer }: PoemRemarksProps) {
  const say = useSay();
  const sentence = useRuleSentence();
  const place = (line: number): string => say(`第${line}句`, `line ${line}`);
  const remarks = [
    ...check.violations.map((one) => ({ kind: 'violation', sign: '✗', one })),
    ...check.licences.map((one) => ({ kind: 'licence', sign: '○', one })),
    ...check.notes.map((one) => ({ kind: 'note', sign: '·', one })),
  ];
  const known = novelty.flatMap((nearness, index) => {
    if (nearness === 'new') return [];
    const text =
      nearness === 'known'
        ? say('前人原句', 'a line of the corpus')
        : say('与前人句一字之差', 'a character away from a line of the corpus');
    return [`≡ ${place(index + 1)} ${text}`];
  });
  if (remarks.length + known.length === 0) return null;
  return (
    <ul class="remarks">
      {remarks.map(({ kind, sign, one }, index) => (
        <li key={index} class={kind}>
          {sign} {place(one.line)} {one.chars} {sentence(one)}
          {kind === 'violation' && offer?.(one)}
        </li>
      ))}
      {known.map((text, index) => (
        <li key={index} class="known">
          {text}
        </li>
      ))}
    </ul>
  );
}
