/** Characters that mend the faults of a line; one is chosen by a click. */
import { useEffect, useState } from 'preact/hooks';
import type { Suggestion } from '../../writing/suggest.js';
import type { Engine } from './engine.js';
import { ErrorMessage } from './error-message.js';
import { useSay } from './language.js';

interface MendListProps {
  readonly engine: Engine;
  readonly text: string;
  readonly book: string;
  /** The number of the line, from 1. */
  readonly line: number;
  /** Called with the line as it is to be. */
  readonly onMend: (text: string) => void;
}

export function MendList({ engine, text, book, line, onMend }: MendListProps) {
  const say = useSay();
  const [found, setFound] = useState<readonly Suggestion[]>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    let current = true;
    engine.suggest(text, book).then(
      (suggestions) => current && setFound(suggestions),
      (caught: Error) => current && setError(caught.message),
    );
    return () => {
      current = false;
    };
  }, [engine, text, book]);
  if (error !== undefined) return <ErrorMessage error={error} />;
  if (!found) return <p class="why">{say('想一想……', 'thinking…')}</p>;
  const mends = found.filter(({ fault }) => fault.line === line).flatMap((suggestion) => suggestion.mends);
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
