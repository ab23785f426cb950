/** The records that the corpus room works on. */

/** A poem as chinese-poetry has it: traditional script, paragraphs as its editors broke them. */
export interface SourcePoem {
  readonly id: string;
  readonly title: string;
  readonly author: string;
  readonly paragraphs: readonly string[];
  readonly tags: readonly string[];
  /** Base name of the file it came from. */
  readonly file: string;
}

/** A poem that survived cleaning. */
export interface CleanPoem {
  readonly id: string;
  readonly title: string;
  readonly author: string;
  /** Lines without punctuation, in simplified script. */
  readonly lines: readonly string[];
  /** The same lines in traditional script. */
  readonly traditional: readonly string[];
  /** The mark after each line. */
  readonly marks: readonly string[];
}
