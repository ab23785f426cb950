/** Learning-rate schedules, with the names, the arguments and the values that they have in Transformers (get_scheduler). */

/** The shape of a warm-up or a decay. */
export const RAMPS = ['linear', 'cosine', '1-sqrt'] as const;

/** Arguments of schedules: `lr_scheduler_kwargs`. */
export interface ScheduleArguments {
  /** Waves of a cosine; for cosine_with_restarts how often it begins anew. */
  readonly num_cycles?: number;
  /** Where a polynomial decay ends. */
  readonly lr_end?: number;
  readonly power?: number;
  readonly timescale?: number;
  /** The lowest learning rate, or its share of the highest. */
  readonly min_lr?: number;
  readonly min_lr_rate?: number;
  readonly warmup_lr_rate?: number;
  readonly num_decay_steps?: number;
  readonly num_stable_steps?: number;
  readonly warmup_type?: (typeof RAMPS)[number];
  readonly decay_type?: (typeof RAMPS)[number];
  readonly min_lr_ratio?: number;
}

/** Where a step is: factors of the highest learning rate are computed from it. */
interface Place {
  readonly step: number;
  readonly warmup: number;
  readonly total: number;
  readonly learningRate: number;
}

/** The share of the way behind the warm-up. */
const progressOf = ({ step, warmup, total }: Place): number => (step - warmup) / Math.max(1, total - warmup);

const rising = ({ step, warmup }: Place): number => step / Math.max(1, warmup);

const cosine = (waves: number): number => 0.5 * (1 + Math.cos(Math.PI * waves));

/** The lowest factor. */
const lowest = ({ min_lr, min_lr_rate = 0 }: ScheduleArguments, { learningRate }: Place): number =>
  min_lr === undefined ? min_lr_rate : min_lr / learningRate;

interface ScheduleDefinition {
  /** Arguments that it takes. */
  readonly takes: readonly (keyof ScheduleArguments)[];
  /** Of these arguments one has to be given. */
  readonly needs?: readonly (keyof ScheduleArguments)[];
  /** Whether the learning rate rises first. */
  readonly warmsUp: boolean;
  /** The factor behind the warm-up; of a schedule that warms up in its own way at any step. */
  readonly factor: (place: Place, own: ScheduleArguments) => number;
}

const MINIMUM = ['min_lr', 'min_lr_rate'] as const;

const TABLE = {
  linear: { takes: [], warmsUp: true, factor: (place) => Math.max(0, 1 - progressOf(place)) },
  cosine: {
    takes: ['num_cycles'],
    warmsUp: true,
    factor: (place, { num_cycles: cycles = 0.5 }) => Math.max(0, cosine(cycles * 2 * progressOf(place))),
  },
  cosine_with_restarts: {
    takes: ['num_cycles'],
    warmsUp: true,
    factor: (place, { num_cycles: cycles = 1 }) =>
      progressOf(place) >= 1 ? 0 : Math.max(0, cosine((cycles * progressOf(place)) % 1)),
  },
  polynomial: {
    takes: ['lr_end', 'power'],
    warmsUp: true,
    factor: (place, { lr_end: end = 1e-7, power = 1 }) => {
      const { step, total, learningRate, warmup } = place;
      const left = step > total ? 0 : 1 - (step - warmup) / (total - warmup || 1);
      return ((learningRate - end) * left ** power + end) / learningRate;
    },
  },
  constant: { takes: [], warmsUp: false, factor: () => 1 },
  constant_with_warmup: { takes: [], warmsUp: true, factor: () => 1 },
  inverse_sqrt: {
    takes: ['timescale'],
    warmsUp: true,
    factor: ({ step, warmup }, { timescale = warmup || 10_000 }) =>
      1 / Math.sqrt((step + timescale - warmup) / timescale),
  },
  cosine_with_min_lr: {
    takes: ['num_cycles', ...MINIMUM],
    needs: MINIMUM,
    warmsUp: true,
    factor: (place, own) => {
      const least = lowest(own, place);
      return Math.max(0, cosine((own.num_cycles ?? 0.5) * 2 * progressOf(place)) * (1 - least) + least);
    },
  },
  cosine_warmup_with_min_lr: {
    takes: ['num_cycles', ...MINIMUM, 'warmup_lr_rate'],
    needs: MINIMUM,
    warmsUp: false,
    factor: (place, own) => {
      const { step, warmup, total } = place;
      const { warmup_lr_rate: first, num_cycles: cycles = 0.5 } = own;
      if (step < warmup) {
        return first === undefined
          ? (step + 1) / Math.max(1, warmup)
          : first + ((1 - first) * step) / Math.max(1, warmup - 1);
      }
      const least = lowest(own, place);
      const progress = (step - warmup + 1) / Math.max(1, total - warmup);
      return Math.max(0, cosine(cycles * 2 * progress) * (1 - least) + least);
    },
  },
  warmup_stable_decay: {
    takes: ['num_decay_steps', 'num_stable_steps', 'warmup_type', 'decay_type', 'min_lr_ratio', 'num_cycles'],
    needs: ['num_decay_steps'],
    warmsUp: false,
    factor: (place, own) => {
      const { step, warmup, total } = place;
      const { num_decay_steps: decay = 0, min_lr_ratio: least = 0, num_cycles: cycles = 0.5 } = own;
      const { num_stable_steps: stable = total - warmup - decay, warmup_type = 'linear' } = own;
      const above = (share: number): number => Math.max(0, share * (1 - least) + least);
      if (step < warmup) return above(RISING[warmup_type](rising(place)));
      if (step < warmup + stable) return 1;
      if (step >= warmup + stable + decay) return least;
      const progress = (step - warmup - stable) / Math.max(1, decay);
      return above(FALLING[own.decay_type ?? 'cosine'](progress, cycles));
    },
  },
} as const satisfies Record<string, ScheduleDefinition>;

const RISING: Readonly<Record<(typeof RAMPS)[number], (progress: number) => number>> = {
  linear: (progress) => progress,
  cosine: (progress) => 0.5 * (1 - Math.cos(Math.PI * progress)),
  '1-sqrt': (progress) => 1 - Math.sqrt(1 - progress),
};

const FALLING: Readonly<Record<(typeof RAMPS)[number], (progress: number, cycles: number) => number>> = {
  linear: (progress) => 1 - progress,
  cosine: (progress, cycles) => cosine(cycles * 2 * progress),
  '1-sqrt': (progress) => 1 - Math.sqrt(progress),
};

export type ScheduleType = keyof typeof TABLE;
export const SCHEDULES = Object.keys(TABLE) as ScheduleType[];

const definitionOf = (type: ScheduleType): ScheduleDefinition => TABLE[type];

export interface Schedule {
  readonly type: ScheduleType;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly kwargs?: ScheduleArguments;
}

/** The learning rate of step `step` (from 0). */
export function learningRateAt(schedule: Schedule, step: number): number {
  const { type, learningRate, warmupSteps: warmup, totalSteps: total, kwargs = {} } = schedule;
  const place = { step, warmup, total, learningRate };
  const { warmsUp, factor } = definitionOf(type);
  if (warmsUp && step < warmup) return (learningRate * step) / Math.max(1, warmup);
  return learningRate * factor(place, kwargs);
}

/** What is wrong with the arguments of a schedule; undefined where nothing is. */
export function scheduleProblem(type: ScheduleType, kwargs: ScheduleArguments): string | undefined {
  const { takes, needs } = definitionOf(type);
  const given = Object.keys(kwargs) as (keyof ScheduleArguments)[];
  const other = given.find((name) => !takes.includes(name));
  if (other !== undefined) {
    const known = takes.length === 0 ? 'none' : `some of ${takes.join(', ')}`;
    return `found ${other}, which lr_scheduler_type ${type} has not, expected ${known}`;
  }
  const chosen = (needs ?? []).filter((name) => given.includes(name));
  if (!needs || chosen.length === 1) return undefined;
  const found = chosen.length === 0 ? 'none' : chosen.join(' and ');
  return `found ${found} of ${needs.join(', ')}, expected one with lr_scheduler_type ${type}`;
}
