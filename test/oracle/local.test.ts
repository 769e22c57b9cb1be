import { describe, expect, it } from 'vitest';
import { EvaluationError } from '../../src/core/errors.js';
import { LocalBox } from '../../src/oracle/local.js';
import { Toy } from './fakes.js';

const open = (secondDerivatives = true) => {
  const toy = new Toy();
  const box = new LocalBox(toy, secondDerivatives);
  const slot = (x: readonly number[], λ: readonly number[]) => {
    const made = box.slot();
    made.x.set(x);
    made.λ.set(λ);
    return made;
  };
  return { toy, box, slot };
};

describe('a gray box over a synchronous executable', () => {
  it('answers many slots in one call', () => {
    const { toy, box, slot } = open();
    const [one, two] = [slot([3, 0.5], [2, -1]), slot([1, 1], [1, 0])];
    box.evaluate(2, [one, two]);
    expect([...one.y]).toEqual([4.5, Math.sin(0.5)]);
    expect([...one.J]).toEqual([3, 9, 0, Math.cos(0.5)]);
    expect([...one.H]).toEqual([2, 12, Math.sin(0.5)]);
    expect([...two.H]).toEqual([2, 2, -0]);
    expect(toy.calls).toEqual([2]);
    expect(box.statistics).toMatchObject({ calls: 1, values: 0, jacobians: 0, hessians: 2 });
    expect(box.shape).toEqual({ inputs: 2, outputs: 2, accuracy: 2 ** -52, secondDerivatives: true });
  });

  it('leaves what belongs to a higher order', () => {
    const { box, slot } = open();
    const own = slot([3, 0.5], [2, -1]);
    own.J.fill(7);
    box.evaluate(0, [own]);
    expect([...own.J]).toEqual([7, 7, 7, 7]);
  });

  it('never computes second derivatives that do not exist', () => {
    const { toy, box, slot } = open(false);
    expect(slot([1, 1], [1, 1]).H).toHaveLength(0);
    expect(() => box.evaluate(2, [slot([1, 1], [1, 1])])).toThrow(TypeError);
    expect(toy.calls).toEqual([]);
  });

  it('turns a failure into a fatal error', () => {
    const { toy, box, slot } = open();
    toy.failure = 'out of device memory';
    const ask = () => box.evaluate(0, [slot([2, 1], [0, 0])]);
    expect(ask).toThrow(EvaluationError);
    expect(ask).toThrow(/toy engine failed: out of device memory/);
  });

  it('refuses an asynchronous executable', () => {
    const box = new LocalBox(new Toy(true));
    expect(() => box.evaluate(0, [box.slot()])).toThrow(/oracle host thread/);
  });
});
