/** Rotary position embeddings (Su et al. 2021, arXiv 2104.09864): how fast each pair of a head's numbers turns. */
import type { Graph, Value } from '../tensor/graph.js';
import type { ConfigKeys } from './config-keys.js';

/** A base, and how its frequencies are stretched for longer texts than a model was first trained on. */
export interface RotaryConfig {
  readonly theta: number;
  readonly scaling?: LinearScaling | Llama3Scaling | FactorScaling;
}

/** All frequencies divided by a factor (position interpolation, arXiv 2306.15595). */
export interface LinearScaling {
  readonly type: 'linear';
  readonly factor: number;
}

/** Llama 3's: low frequencies divided, high ones kept, those between mixed (arXiv 2407.21783). */
export interface Llama3Scaling {
  readonly type: 'llama3';
  readonly factor: number;
  readonly lowFreqFactor: number;
  readonly highFreqFactor: number;
  readonly originalMaxPositionEmbeddings: number;
}

/** Each frequency divided by a factor of its own, whatever the length of the text (a LongRoPE of one list, arXiv 2402.13753). */
export interface FactorScaling {
  readonly type: 'longrope';
  readonly factors: readonly number[];
}

const ROPE_TYPES = ['default', 'linear', 'llama3', 'longrope'] as const;

function parseScaling(keys: ConfigKeys, typeKey: string): RotaryConfig['scaling'] {
  const type = keys.word(typeKey, ROPE_TYPES, 'default');
  if (type === 'default') return undefined;
  if (type === 'longrope') {
    keys.require('attention_factor', 1, 'scores that are not scaled');
    const factors = keys.numbers('short_factor');
    const equal = keys.numbers('long_factor').every((factor, at) => factor === factors[at]);
    if (!equal) throw keys.fault('long_factor', 'the numbers of short_factor');
    return { type, factors };
  }
  const factor = keys.number('factor');
  if (type === 'linear') return { type, factor };
  return {
    type,
    factor,
    lowFreqFactor: keys.number('low_freq_factor'),
    highFreqFactor: keys.number('high_freq_factor'),
    originalMaxPositionEmbeddings: keys.number('original_max_position_embeddings'),
  };
}

const joined = (theta: number, scaling: RotaryConfig['scaling']): RotaryConfig =>
  scaling ? { theta, scaling } : { theta };

/**
 * Reads a rotary embedding in either spelling: `rope_parameters` of Transformers 5, which may hold one for each type of layer, or
 * `rope_theta` and `rope_scaling`.
 *
 * @param layerType which of those by type of layer
 * @param theta the base where none is named
 * @throws InputError for a kind of scaling that is not known here
 */
export function parseRotary(keys: ConfigKeys, layerType: string, theta = 10_000): RotaryConfig {
  keys.require('partial_rotary_factor', 1, 'rotary positions in the whole of each head');
  if (keys.has('rope_parameters')) {
    const all = keys.within('rope_parameters');
    const own = all.has(layerType) ? all.within(layerType) : all;
    return joined(own.number('rope_theta', theta), parseScaling(own, 'rope_type'));
  }
  const base = keys.number('rope_theta', theta);
  if (!keys.has('rope_scaling')) return { theta: base };
  const scaling = keys.within('rope_scaling');
  return joined(base, parseScaling(scaling, scaling.has('rope_type') ? 'rope_type' : 'type'));
}

/** The angle that each pair of a head's numbers turns by from one position to the next: `headDim / 2` numbers. */
export function rotaryFrequencies({ theta, scaling }: RotaryConfig, headDim: number): Float64Array {
  const half = headDim / 2;
  return Float64Array.from({ length: half }, (_, index) => {
    const frequency = theta ** (-index / half);
    if (!scaling) return frequency;
    if (scaling.type === 'longrope') return frequency / (scaling.factors[index] ?? 1);
    return scaling.type === 'linear' ? frequency / scaling.factor : scaledAsLlama3(frequency, scaling);
  });
}

function scaledAsLlama3(frequency: number, scaling: Llama3Scaling): number {
  const { factor, lowFreqFactor, highFreqFactor, originalMaxPositionEmbeddings } = scaling;
  const turns = (originalMaxPositionEmbeddings * frequency) / (2 * Math.PI);
  const kept = Math.min(1, Math.max(0, (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor)));
  return frequency * (kept + (1 - kept) / factor);
}

/** Cosines and sines by position: each [positions, headDim / 2]. */
export interface RotaryTables {
  readonly cosines: Value;
  readonly sines: Value;
}

/** The tables of a rotary embedding, as constants of a graph. */
export function rotaryTables(
  graph: Graph,
  config: RotaryConfig,
  headDim: number,
  positions: number,
): RotaryTables {
  const frequencies = rotaryFrequencies(config, headDim);
  const half = frequencies.length;
  const table = (name: string, of: (angle: number) => number): Value => {
    const angle = (at: number): number => Math.floor(at / half) * frequencies[at % half]!;
    const data = Float32Array.from({ length: positions * half }, (_, at) => of(angle(at)));
    return graph.constant(name, 'float32', [positions, half], data);
  };
  return { cosines: table('cosines', Math.cos), sines: table('sines', Math.sin) };
}
