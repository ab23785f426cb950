/** Learning from a traditional corpus which of several words a simplified character is (余: 余 "I" or 餘 "left over"), and what neighbours tell it. */
import { simplifiedForm } from '../poetry/script/script.js';
import { MERGED } from '../poetry/script/variants.js';

/** Forms of one character, of which today's text prefers another than verse. */
const PREFERRED_OTHERWISE = '占佔吁籲熏燻咨諮朴樸托託';

const LEARNT: ReadonlySet<string> = new Set([...MERGED, ...PREFERRED_OTHERWISE]);

/** A form that is not the usual one, with the neighbours that tell it, in simplified script. */
export interface ToldForm {
  readonly form: string;
  readonly before: string;
  readonly after: string;
}

export interface LearntForms {
  readonly usual: string;
  readonly others: readonly ToldForm[];
}

/** Neighbours tell a form if so much of the places beside them has it, the form's own share counted in as two places more. */
const TELLING_SHARE = 0.6;
const FEWEST_PLACES = 2;
const PRIOR = 2;

type Counts = Map<string, number>;

function add(counts: Map<string, Counts>, key: string, form: string): void {
  const row = counts.get(key) ?? new Map<string, number>();
  row.set(form, (row.get(form) ?? 0) + 1);
  counts.set(key, row);
}

const sum = (counts: Counts): number => [...counts.values()].reduce((all, one) => all + one, 0);

/** For each simplified character that stands for several words of the corpus, its forms. */
export function learnForms(lines: Iterable<string>): Map<string, LearntForms> {
  const totals = new Map<string, Counts>();
  const [before, after] = [new Map<string, Counts>(), new Map<string, Counts>()];
  for (const line of lines) {
    const forms = [...line];
    const simplified = forms.map(simplifiedForm);
    forms.forEach((form, at) => {
      const character = simplified[at] ?? form;
      if (!LEARNT.has(form)) return;
      add(totals, character, form);
      const [left, right] = [simplified[at - 1], simplified[at + 1]];
      if (left !== undefined) add(before, character + left, form);
      if (right !== undefined) add(after, character + right, form);
    });
  }
  const learnt = [...totals].map(([character, counts]): [string, LearntForms] => {
    const [usual = character, ...others] = [...counts].sort((a, b) => b[1] - a[1]).map(([form]) => form);
    const told = others.map((form) => ({
      form,
      before: tellers(before, character, form, counts),
      after: tellers(after, character, form, counts),
    }));
    return [character, { usual, others: told }];
  });
  return new Map(learnt.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The neighbours that tell a form of a character. */
function tellers(
  neighbours: ReadonlyMap<string, Counts>,
  character: string,
  form: string,
  totals: Counts,
): string {
  const own = (totals.get(form) ?? 0) / sum(totals);
  return [...neighbours]
    .filter(([key, counts]) => {
      const places = counts.get(form) ?? 0;
      return (
        key.startsWith(character) &&
        places >= FEWEST_PLACES &&
        places + PRIOR * own >= TELLING_SHARE * (sum(counts) + PRIOR)
      );
    })
    .map(([key]) => key.slice(character.length))
    .sort()
    .join('');
}
