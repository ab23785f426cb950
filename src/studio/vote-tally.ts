/** What server and page say of votes to each other. */

/** Votes by the names of the two models: how often the one was chosen before the other. */
export interface VoteTally {
  readonly chosen: string;
  readonly rejected: string;
  readonly votes: number;
}

/** The header that says how many lines of the votes' file are no votes. */
export const SKIPPED_LINES = 'x-skipped-lines';
