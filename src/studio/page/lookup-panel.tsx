/** What the rhyme books say of a character, how poets use it, and the characters that rhyme with it. */
import { useEffect, useState } from 'preact/hooks';
import type { BookReading, CharacterAnswer, RhymeEntry } from '../../poetry/readings/lookup.js';
import type { Engine } from './engine.js';
import { ErrorMessage } from './error-message.js';
import { TextField } from './fields.js';
import { useSay } from './language.js';

interface LookupPanelProps {
  readonly engine: Engine;
  readonly book: string;
  /** The character, or the rhyme group, that is looked up; empty for none. */
  readonly character: string;
  readonly onCharacter: (character: string) => void;
}

/** Characters of a rhyme group that are shown. */
const SHOWN = 60;

export function LookupPanel({ engine, book, character, onCharacter }: LookupPanelProps) {
  const say = useSay();
  const [entry, setEntry] = useState<CharacterAnswer>();
  const [groups, setGroups] = useState<readonly RhymeEntry[]>([]);
  const [error, setError] = useState<string>();
  useEffect(() => {
    setEntry(undefined);
    setGroups([]);
    setError(undefined);
    if (!/^\p{Script=Han}+$/u.test(character)) return;
    let current = true;
    const fail = (caught: Error): void => void (current && setError(caught.message));
    const single = [...character].length === 1;
    if (single) engine.lookUp(character).then((found) => current && setEntry(found), fail);
    // A character may be in no group; a name of none is a mistake.
    engine.rhyme(character, book).then(
      (found) => current && setGroups(found),
      (caught: Error) => (single ? undefined : fail(caught)),
    );
    return () => {
      current = false;
    };
  }, [engine, book, character]);
  return (
    <section aria-label={say('查字', 'look up')}>
      <TextField
        label={say('查一字，或一韵部', 'look up a character or a rhyme group')}
        value={character}
        onChange={onCharacter}
      />
      <ErrorMessage error={error} />
      {entry && <Entry entry={entry} />}
      {groups.map(({ group, tone, characters }) => (
        <details key={`${group} ${tone}`}>
          <summary>
            {say('同韵', 'rhymes with it')}: {group} ·{' '}
            {say(`${characters.length} 字`, `${characters.length} characters`)}
          </summary>
          <p lang="zh">
            {characters
              .slice(0, SHOWN)
              .map((one) => one.character)
              .join(' ')}
          </p>
        </details>
      ))}
    </section>
  );
}

function Entry({ entry }: { entry: CharacterAnswer }) {
  const say = useSay();
  const ranks = {
    usual: say('常读', 'usual'),
    'also-usual': say('又读', 'also usual'),
    rare: say('罕', 'rare'),
  };
  const show = (readings: readonly BookReading[]): string =>
    readings
      .map(({ group, tone, rank }) => `${group} ${tone}${rank === undefined ? '' : ` (${ranks[rank]})`}`)
      .join(' · ');
  const { level, oblique, rhymes } = entry.used;
  const rows: readonly (readonly [string, string])[] = [
    [say('今音', 'today'), entry.pinyin.join(' ')],
    ['廣韻', entry.廣韻.map(({ form, rhyme, tone }) => `${form} ${rhyme} ${tone}`).join(' · ')],
    ['平水韵', show(entry.平水韵)],
    ['中华新韵', show(entry.中华新韵)],
    ['中华通韵', show(entry.中华通韵)],
    [
      say('唐人用例', 'in Tang verse'),
      [`平 ${level}`, `仄 ${oblique}`, ...rhymes.map(({ group, count }) => `${group} ${count}`)].join(' · '),
    ],
  ];
  return (
    <dl class="entry">
      {rows.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd lang="zh">{text === '' ? '—' : text}</dd>
        </div>
      ))}
      {entry.examples.map(({ tone, group, line, title, author }) => (
        <div key={line}>
          <dt>{group ?? tone}</dt>
          <dd lang="zh">
            {line} {author}《{title}》
          </dd>
        </div>
      ))}
    </dl>
  );
}
