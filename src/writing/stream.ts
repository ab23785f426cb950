/** Poems while they are written, piece by piece. */
import { InputError } from '../support/errors.js';
import type { WriteOptions } from './write-request.js';
import type { WrittenPoem } from './written-poem.js';
import { writeBest, type PoemWriter } from './writer.js';

/** What a poem has grown by. */
export interface PoemPiece {
  /** Which of the poems that were asked for. */
  readonly poem: number;
  /** What was added to its text. */
  readonly text: string;
  /** The whole poem with its check and scores: in its last piece. */
  readonly written?: WrittenPoem;
}

/**
 * Writes poems and gives their pieces as they come. To leave the loop early stops the writing.
 *
 * @throws InputError for a request that cannot be met, or one of several candidates or beams: which of them wins is known at the end
 */
export async function* streamPoems(
  writer: PoemWriter,
  options: WriteOptions,
): AsyncGenerator<PoemPiece, void, void> {
  for (const name of ['candidates', 'beams'] as const) {
    if ((options[name] ?? 1) > 1) {
      throw new InputError(
        `${name}: found ${options[name]}, expected 1: poems are streamed as they are written`,
      );
    }
  }
  const reader = piecesOf(writer, options).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

function piecesOf(writer: PoemWriter, options: WriteOptions): ReadableStream<PoemPiece> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  return new ReadableStream<PoemPiece>({
    start(controller) {
      const shown: string[] = [];
      /** What a text has that was not shown. */
      const added = (poem: number, text: string): string => {
        const before = shown[poem]?.length ?? 0;
        shown[poem] = text;
        return text.slice(before);
      };
      const onToken = (poem: number, text: string): void => {
        options.onToken?.(poem, text);
        const piece = added(poem, text);
        if (piece !== '' && !stop.signal.aborted) controller.enqueue({ poem, text: piece });
      };
      writeBest(writer, { ...options, candidates: 1, signal, onToken }).then(
        (poems) => {
          if (stop.signal.aborted) return;
          for (const [poem, written] of poems.entries())
            controller.enqueue({ poem, text: added(poem, written.text), written });
          controller.close();
        },
        (error: unknown) => {
          if (!stop.signal.aborted) controller.error(error);
        },
      );
    },
    cancel() {
      stop.abort();
    },
  });
}
