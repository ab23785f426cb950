/** A request in words that poems have: what its themes and its prompt speak of, led there from words that poems do not know. */
import { parsePrompt } from '../poetry/prompt.js';
import { toSimplified } from '../poetry/script/script.js';
import { understand, wordsToName, type SubjectPart, type SubjectWords } from '../poetry/subject.js';
import { THEME_NAMES } from '../poetry/themes.js';
import { loadSubjectWords } from './subject-file.js';

/** What a request says of its subject, in either script. */
export interface Subject {
  readonly prompt?: string;
  readonly themes?: readonly string[];
}

/** The same as a model reads it, in simplified script. */
export interface LedSubject extends Subject {
  /** What was made of each word, where any was led elsewhere or leads nowhere. */
  readonly understood?: readonly SubjectPart[];
}

/** A subject in simplified script and nothing else changed. */
export function simplifiedSubject({ prompt, themes }: Subject): Subject {
  return {
    ...(prompt === undefined ? {} : { prompt: toSimplified(prompt) }),
    ...(themes ? { themes: themes.map(toSimplified) } : {}),
  };
}

/** Leads a subject to words that poems have. What needs no leading stays as it is. */
export async function leadSubject(subject: Subject): Promise<LedSubject> {
  const simplified = simplifiedSubject(subject);
  const { prompt } = simplified;
  const named = prompt === undefined ? [] : parsePrompt(prompt).themes;
  const { themes = [] } = simplified;
  if ([...themes, ...named].every((theme) => THEME_NAMES.includes(theme))) return simplified;
  const learnt = await loadSubjectWords();
  const led = leadThemes(subject.themes ?? [], learnt);
  const inPrompt = prompt === undefined ? {} : leadPrompt(prompt, named, learnt);
  const understood = led.understood ?? inPrompt.understood;
  return {
    ...simplified,
    ...(inPrompt.prompt === undefined ? {} : { prompt: inPrompt.prompt }),
    ...(led.themes ? { themes: led.themes } : {}),
    ...(understood ? { understood } : {}),
  };
}

const stays = ({ by }: SubjectPart): boolean => by === 'poem' || by === 'characters';

/** The words of themes; a theme that is nothing but words of poems stays whole. */
function partsOf(themes: readonly string[], learnt: SubjectWords | undefined): SubjectPart[] {
  return themes.flatMap((theme) => {
    const parts = understand(theme, learnt);
    const isKnown = parts.every(stays);
    return isKnown ? [{ text: theme, words: [toSimplified(theme)], by: 'poem' as const }] : parts;
  });
}

/** Themes by words of poems, and what was made of them; nothing where none had to be led. */
function leadThemes(
  themes: readonly string[],
  learnt: SubjectWords | undefined,
): Pick<LedSubject, 'themes' | 'understood'> {
  const understood = wordsToName(partsOf(themes, learnt));
  if (understood.every(stays)) return {};
  const words = [...new Set(understood.flatMap((part) => part.words))];
  return { ...(words.length > 0 ? { themes: words } : {}), understood };
}

/** A prompt with words of poems in the place of its themes where one of those is led elsewhere; what poems or people say stays. */
function leadPrompt(
  prompt: string,
  named: readonly string[],
  learnt: SubjectWords | undefined,
): Pick<LedSubject, 'prompt' | 'understood'> {
  const { themes = named, understood = [] } = leadThemes(named, learnt);
  if (!understood.some(({ by }) => by === 'table' || by === 'titles' || by === 'ending')) return {};
  const [first = '', last = first] = [named.at(0), named.at(-1)];
  const start = prompt.indexOf(first);
  const end = prompt.indexOf(last, start) + last.length;
  return { prompt: `${prompt.slice(0, start)}${themes.join('、')}${prompt.slice(end)}`, understood };
}
