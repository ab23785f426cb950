/** Poems that a training wrote on the way, the latest first; nothing where there are none. */
import { useSay } from './language.js';

export interface Sample {
  /** When and for what it was written. */
  readonly heading: string;
  readonly text: string;
}

/** @param samples in the order in which they were written */
export function SampleList({ samples }: { readonly samples: readonly Sample[] }) {
  const say = useSay();
  if (samples.length === 0) return null;
  return (
    <details open>
      <summary>{say('途中所写', 'written on the way')}</summary>
      <ul class="samples">
        {[...samples].reverse().map(({ heading, text }, index) => (
          <li key={index}>
            <small>{heading}</small>
            <pre lang="zh-Hans">{text}</pre>
          </li>
        ))}
      </ul>
    </details>
  );
}
