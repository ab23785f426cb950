/** Which examples a step sees: each epoch is a shuffle of all of them, drawn from the recipe's seed and cut into steps. */
import { Random } from '../support/random.js';
import type { StageRecipe } from './recipe.js';

/** The order of a stage. Keeps one epoch's, so that steps one after another cost what they contain. */
export class ExampleOrder {
  /** Optimiser steps of an epoch. */
  readonly stepsPerEpoch: number;
  /** Optimiser steps of the stage. */
  readonly totalSteps: number;
  private epoch = -1;
  private order: readonly number[] = [];

  /**
   * @param examples how many there are
   * @param perStep how many a step sees
   */
  constructor(
    private readonly recipe: StageRecipe,
    private readonly examples: number,
    private readonly perStep = recipe.per_device_train_batch_size * recipe.gradient_accumulation_steps,
  ) {
    this.stepsPerEpoch = Math.ceil(examples / this.perStep);
    const steps = Math.ceil(this.stepsPerEpoch * recipe.num_train_epochs);
    this.totalSteps = recipe.max_steps > 0 ? Math.min(steps, recipe.max_steps) : steps;
  }

  /** All examples in the order of an epoch, numbered from 0. */
  ofEpoch(epoch: number): readonly number[] {
    if (epoch !== this.epoch) {
      this.order = Random.for(this.recipe.seed, 'epoch', epoch).shuffle([...Array(this.examples).keys()]);
      this.epoch = epoch;
    }
    return this.order;
  }

  /** The examples of a step, numbered from 0; the last of an epoch may have fewer. */
  ofStep(step: number): number[] {
    const start = (step % this.stepsPerEpoch) * this.perStep;
    return this.ofEpoch(Math.floor(step / this.stepsPerEpoch)).slice(start, start + this.perStep);
  }

  /** The examples that any step of the stage sees. */
  seen(): number[] {
    const steps = [...Array(this.totalSteps).keys()];
    return [...new Set(steps.flatMap((step) => this.ofStep(step)))];
  }
}
