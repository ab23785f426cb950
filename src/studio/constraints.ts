/** Constraints as requests carry them. */
import type { Static } from 'typebox';
import type { Constraints } from '../writing/plan.js';
import type { ConstraintsSchema } from './schemas.js';

/** JSON has no undefined: lines that are to be written are null there. */
export function readConstraints(body: Static<typeof ConstraintsSchema> = {}): Constraints {
  return { ...body, lines: body.lines?.map((line) => line ?? undefined) };
}
