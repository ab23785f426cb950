/** Learning-rate schedules, with the meaning they have in Transformers. */

export const SCHEDULES = ['linear', 'cosine', 'constant', 'constant_with_warmup'] as const;
export type ScheduleType = (typeof SCHEDULES)[number];

export interface Schedule {
  readonly type: ScheduleType;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** The learning rate of step `step` (from 0). */
export function learningRateAt(schedule: Schedule, step: number): number {
  const { type, learningRate, warmupSteps, totalSteps } = schedule;
  if (type === 'constant') return learningRate;
  if (step < warmupSteps) return (learningRate * step) / Math.max(1, warmupSteps);
  if (type === 'constant_with_warmup') return learningRate;
  const rest = Math.max(1, totalSteps - warmupSteps);
  const progress = Math.min(1, (step - warmupSteps) / rest);
  if (type === 'linear') return learningRate * (1 - progress);
  return learningRate * 0.5 * (1 + Math.cos(Math.PI * progress));
}
