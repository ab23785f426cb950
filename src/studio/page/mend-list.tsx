/** Characters that mend a fault; one is chosen by a click. */
import { useEffect, useState } from 'preact/hooks';
import type { Violation } from '../../poetry/prosody/rules.js';
import type { Suggestion } from '../../writing/suggest.js';
import type { Engine } from './engine.js';
import { ErrorMessage } from './error-message.js';
import { useSay } from './language.js';

export interface Suggestions {
  readonly found: readonly Suggestion[] | undefined;
  readonly error: string | undefined;
}

/** What mends the faults of a text, asked for when it is wanted. */
export function useSuggestions(engine: Engine, text: string, book: string, wanted: boolean): Suggestions {
  const [found, setFound] = useState<readonly Suggestion[]>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    setFound(undefined);
    setError(undefined);
    if (!wanted) return;
    let current = true;
    engine.suggest(text, book).then(
      (suggestions) => current && setFound(suggestions),
      (caught: Error) => current && setError(caught.message),
    );
    return () => {
      current = false;
    };
  }, [engine, text, book, wanted]);
  return { found, error };
}

interface MendListProps {
  readonly suggestions: Suggestions;
  readonly fault: Violation;
  /** Called with the line as it is to be. */
  readonly onMend: (text: string) => void;
}

export function MendList({ suggestions: { found, error }, fault, onMend }: MendListProps) {
  const say = useSay();
  if (error !== undefined) return <ErrorMessage error={error} />;
  if (!found) return <p class="why">{say('想一想……', 'thinking…')}</p>;
  const mends = found
    .filter((one) => one.fault.line === fault.line && one.fault.rule === fault.rule)
    .flatMap((suggestion) => suggestion.mends);
  const different = [...new Map(mends.map((mend) => [mend.text, mend])).values()];
  if (different.length === 0) {
    return <p class="why">{say('改一字不能救', 'no single character mends it')}</p>;
  }
  return (
    <p class="mends">
      {say('改一字', 'change one character')}:{' '}
      {different.map(({ was, character, text: mended }) => (
        <button key={mended} type="button" lang="zh" onClick={() => onMend(mended)}>
          {was} → {character}
        </button>
      ))}
    </p>
  );
}
