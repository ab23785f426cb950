/** Colours for a person's terminal. */
import pc from 'picocolors';

/** What goes into a pipe or a file stays plain, in CI too (where picocolors would colour it), unless FORCE_COLOR asks for colours. */
export const colours = pc.createColors(
  pc.isColorSupported && (process.stdout.isTTY || process.env['FORCE_COLOR'] !== undefined),
);
