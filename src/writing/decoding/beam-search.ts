/** Beam search: the likeliest text that can be found by keeping several beginnings at a time. Nothing is drawn. */
import type { Adapter } from '../../model/lora.js';
import type { Tokenizer } from '../../model/tokenizer.js';
import type { ConstraintState } from '../constraints/constraint.js';
import type { Decoder } from './decoder.js';
import type { Generation, GenerationRequest } from './generate.js';
import { allowedScores } from './sampler.js';

interface Beam {
  readonly tokens: readonly number[];
  readonly state: ConstraintState | undefined;
  readonly logProbability: number;
  readonly finished: boolean;
}

interface Step {
  readonly parent: number;
  readonly token: number;
  readonly logProbability: number;
}

/** The texts found for one request, the likeliest first; at most `beams`. */
export async function beamSearch(
  decoder: Decoder,
  tokenizer: Tokenizer,
  request: GenerationRequest,
  beams: number,
  adapter?: Adapter,
): Promise<Generation[]> {
  const { constraint, maxNewTokens, signal, sampling } = request;
  const decoding = await decoder.prefill([request.prompt], maxNewTokens, adapter);
  let live: Beam[] = [{ tokens: [], state: constraint?.start(), logProbability: 0, finished: false }];
  for (let count = 0; count < maxNewTokens && live.some(({ finished }) => !finished); count += 1) {
    signal?.throwIfAborted();
    const steps = live.flatMap((beam, parent) =>
      beam.finished
        ? [{ parent, token: tokenizer.endOfTurn, logProbability: beam.logProbability }]
        : extensions(beam, parent),
    );
    live = keepBest(steps);
    if (count + 1 === maxNewTokens || live.every(({ finished }) => finished)) break;
    await decoding.feed(live.map(({ tokens }) => tokens.at(-1) ?? tokenizer.endOfTurn));
  }
  return live.map(({ tokens, logProbability, finished }) => ({
    text: tokenizer.decode(tokens),
    tokens,
    logProbability,
    finished,
  }));

  /** The likeliest ways to go on from a beam. */
  function extensions({ tokens, state, logProbability }: Beam, parent: number): Step[] {
    const allowed = constraint && state ? constraint.allowed(state) : undefined;
    const scores = allowedScores(
      decoding.logits(parent),
      sampling.repetitionPenalty,
      allowed,
      new Set(tokens),
    );
    const normaliser = decoding.logSumExp(parent);
    const order = Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
    const best: Step[] = [];
    for (const index of order) {
      const token = allowed?.[index] ?? index;
      if (constraint && state && constraint.refuses(state, token)) continue;
      best.push({ parent, token, logProbability: logProbability + (scores[index] ?? 0) - normaliser });
      if (best.length === beams) break;
    }
    return best;
  }

  /** Keeps the likeliest beams, and moves what the model remembers to their places. */
  function keepBest(steps: readonly Step[]): Beam[] {
    const kept = [...steps].sort((a, b) => b.logProbability - a.logProbability).slice(0, beams);
    decoding.select(kept.map(({ parent }) => parent));
    return kept.map(({ parent, token, logProbability }): Beam => {
      const before = live[parent] as Beam;
      if (before.finished) return before;
      if (tokenizer.endTokens.has(token)) {
        return { ...before, logProbability, finished: true };
      }
      const state = constraint && before.state ? constraint.next(before.state, token) : undefined;
      return { tokens: [...before.tokens, token], state, logProbability, finished: false };
    });
  }
}
