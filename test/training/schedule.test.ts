import { describe, expect, it } from 'vitest';
import {
  learningRateAt,
  scheduleProblem,
  SCHEDULES,
  type ScheduleArguments,
  type ScheduleType,
} from '../../src/training/schedule.js';
import { clipFactor, gradientNorm } from '../../src/training/adamw.js';
import { PYTHON, python } from '../python.js';

describe('schedules', () => {
  const base = { learningRate: 1, warmupSteps: 2, totalSteps: 10 };
  it.each([
    ['linear', [0, 0.5, 1, 0.875, 0]],
    ['cosine', [0, 0.5, 1, 0.5 * (1 + Math.cos(Math.PI / 8)), 0]],
    ['constant', [1, 1, 1, 1, 1]],
    ['constant_with_warmup', [0, 0.5, 1, 1, 1]],
  ] as const)('%s has the values of Transformers', (type, expected) => {
    const steps = [0, 1, 2, 3, 10];
    steps.forEach((step, index) =>
      expect(learningRateAt({ ...base, type }, step)).toBeCloseTo(expected[index]!),
    );
  });
});

/** Schedules with arguments, of 20 steps with 4 of warm-up. */
const CASES: readonly (readonly [ScheduleType, ScheduleArguments])[] = [
  ['linear', {}],
  ['cosine', {}],
  ['cosine', { num_cycles: 1.5 }],
  ['cosine_with_restarts', { num_cycles: 3 }],
  ['polynomial', { power: 2, lr_end: 1e-5 }],
  ['polynomial', {}],
  ['constant', {}],
  ['constant_with_warmup', {}],
  ['inverse_sqrt', {}],
  ['inverse_sqrt', { timescale: 50 }],
  ['cosine_with_min_lr', { min_lr: 1e-5 }],
  ['cosine_with_min_lr', { min_lr_rate: 0.2, num_cycles: 1 }],
  ['cosine_warmup_with_min_lr', { min_lr_rate: 0.1 }],
  ['cosine_warmup_with_min_lr', { min_lr: 1e-5, warmup_lr_rate: 0.3 }],
  ['warmup_stable_decay', { num_decay_steps: 8 }],
  [
    'warmup_stable_decay',
    {
      num_decay_steps: 6,
      num_stable_steps: 5,
      warmup_type: 'cosine',
      decay_type: '1-sqrt',
      min_lr_ratio: 0.1,
    },
  ],
  ['warmup_stable_decay', { num_decay_steps: 8, warmup_type: '1-sqrt', decay_type: 'linear' }],
];

const REFERENCE = `
import json, sys, torch
from transformers import get_scheduler
answer = []
for name, kwargs in json.loads(sys.argv[1]):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2e-4)
    schedule = get_scheduler(name, optimizer, num_warmup_steps=4, num_training_steps=20, scheduler_specific_kwargs=kwargs)
    rates = []
    for _ in range(22):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    answer.append(rates)
print(json.dumps(answer))
`;

describe('the schedules of Transformers', () => {
  it('are all known, but those that watch a loss', () => {
    expect(new Set(CASES.map(([type]) => type))).toEqual(new Set(SCHEDULES));
  });

  it.skipIf(PYTHON === undefined)('have its values, with its arguments', () => {
    const expected = python<number[][]>(REFERENCE, JSON.stringify(CASES));
    CASES.forEach(([type, kwargs], index) => {
      const schedule = { type, kwargs, learningRate: 2e-4, warmupSteps: 4, totalSteps: 20 };
      const rates = expected[index]!.map((_, step) => learningRateAt(schedule, step));
      rates.forEach((rate, step) => {
        const name = `${type} ${JSON.stringify(kwargs)}, step ${step}`;
        expect(Math.abs(rate - expected[index]![step]!), name).toBeLessThan(1e-12);
      });
    });
  });

  it.each<[ScheduleType, ScheduleArguments, RegExp]>([
    ['linear', { power: 2 }, /found power, which lr_scheduler_type linear has not, expected none/],
    ['cosine', { power: 2 }, /expected some of num_cycles/],
    ['cosine_with_min_lr', {}, /found none of min_lr, min_lr_rate, expected one with/],
    ['cosine_with_min_lr', { min_lr: 0, min_lr_rate: 0 }, /found min_lr and min_lr_rate/],
    ['warmup_stable_decay', {}, /found none of num_decay_steps/],
  ])('%s with %j is refused', (type, kwargs, message) => {
    expect(scheduleProblem(type, kwargs)).toMatch(message);
  });
});

describe('clipping', () => {
  it('brings the norm down to the maximum and leaves smaller gradients alone', () => {
    const gradients = new Map([['w', Float32Array.of(3, 4)]]);
    expect(gradientNorm(gradients)).toBe(5);
    expect(clipFactor(5, 1)).toBeCloseTo(0.2);
    expect(clipFactor(0.5, 1)).toBe(1);
  });
});
