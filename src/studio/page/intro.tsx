/** What a part of the page says where there is nothing to show yet: what it does, what to press, how long it takes. */
import type { ComponentChildren } from 'preact';

interface IntroProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

export function Intro({ title, children }: IntroProps) {
  return (
    <article class="card stage intro">
      <h2>{title}</h2>
      {children}
    </article>
  );
}
