/** Random requests for poems: every form and length, rhyme groups, acrostics, given lines, words to use and to avoid, rules lifted. */
import { FORM_NAMES, FORMS, writtenLineCounts, type FormName } from '../src/poetry/forms/forms.js';
import { RHYME_GROUPS } from '../src/poetry/readings/pingshui.js';
import { formatPrompt } from '../src/poetry/prompt.js';
import { SUBJECT_NAMES } from '../src/poetry/themes.js';
import type { Random } from '../src/support/random.js';
import type { Constraints } from '../src/writing/constraints/constraint-schema.js';
import { LIFTABLE_RULES } from '../src/writing/constraints/tonal-templates.js';
import type { ConstrainedOrder } from '../src/writing/writer.js';

const TEMPLATES = ['平起', '仄起', '首句入韵', '首句不入韵', '平起首句入韵', '仄起首句不入韵'];
const GROUPS = RHYME_GROUPS.map(({ label }) => label);
const LEVEL_GROUPS = RHYME_GROUPS.filter(({ category }) => category === '平').map(({ label }) => label);

export interface RequestPool {
  /** Characters that acrostics and words are drawn from. */
  readonly characters: readonly string[];
  /** Lines that are given now and then. */
  readonly lines: readonly string[];
}

/** A random request. About one in three asks for more than tones and rhyme; some cannot be met. */
export function randomOrder(
  random: Random,
  seed: number,
  pool: RequestPool,
): ConstrainedOrder & { constraints: Constraints } {
  const form: FormName = random.pick(FORM_NAMES);
  const themes = [random.pick(SUBJECT_NAMES)];
  return {
    prompt: formatPrompt({ form, themes }),
    form,
    themes,
    seed,
    constraints: randomConstraints(random, form, pool),
  };
}

function randomConstraints(random: Random, form: FormName, { characters, lines }: RequestPool): Constraints {
  const chance = (share: number): boolean => random.next() < share;
  const word = (size: number): string => Array.from({ length: size }, () => random.pick(characters)).join('');
  const words = (): string[] =>
    Array.from({ length: 1 + random.integer(2) }, () => word(1 + random.integer(2)));
  const oldStyle = FORMS[form].style === 'old-style';
  const fitting = lines.filter((line) => [...line].length === FORMS[form].length);
  return {
    tones: !chance(0.1),
    template: chance(oldStyle ? 0.02 : 0.2) ? random.pick(TEMPLATES) : undefined,
    rhyme: chance(0.1) ? false : chance(0.4) ? random.pick(oldStyle ? GROUPS : LEVEL_GROUPS) : true,
    allow: chance(0.2) ? random.shuffle(LIFTABLE_RULES).slice(0, 1 + random.integer(2)) : undefined,
    acrostic: chance(0.3) ? word(1 + random.integer(FORMS[form].lines)) : undefined,
    lineCount: chance(0.5) ? random.pick(writtenLineCounts(form)) : undefined,
    ...(oldStyle
      ? {
          rhymeTone: chance(0.5) ? random.pick(['level', 'oblique'] as const) : undefined,
          changeRhyme: chance(0.3),
        }
      : {}),
    acrosticEnd: chance(0.1) ? word(1 + random.integer(2)) : undefined,
    lines: chance(0.15) && fitting.length > 0 ? [random.pick(fitting)] : undefined,
    forbidden: chance(0.2) ? words() : undefined,
    required: chance(0.2) ? words() : undefined,
  };
}
