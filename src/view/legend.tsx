/** @jsxRuntime automatic @jsxImportSource preact */
import { colourOf } from './colours.js';

/** The series of a chart by their names, each with its colour. */
export function Legend({ names }: { names: readonly string[] }) {
  return (
    <ul class="legend">
      {names.map((name, index) => (
        <li key={index}>
          <span class="swatch" style={{ background: colourOf(index) }} /> {name}
        </li>
      ))}
    </ul>
  );
}
