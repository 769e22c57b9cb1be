import { describe, expect, it } from 'vitest';
import { EvaluationError } from '../../src/core/errors.js';
import { LocalBox } from '../../src/oracle/local.js';
import { Toy } from './fakes.js';

const at = (...numbers: number[]) => Float64Array.from(numbers);
const open = (secondDerivatives = true) => {
  const toy = new Toy();
  return { toy, box: new LocalBox(toy, secondDerivatives), y: at(0, 0), J: at(0, 0, 0, 0), H: at(0, 0, 0) };
};

describe('a gray box over a synchronous executable', () => {
  it('answers value, Jacobian and Hessian', () => {
    const { box, y, J, H } = open();
    const x = at(3, 0.5);
    box.value(x, y);
    box.jacobian(x, J);
    box.hessian(x, at(2, -1), H);
    expect([...y]).toEqual([4.5, Math.sin(0.5)]);
    expect([...J]).toEqual([3, 9, 0, Math.cos(0.5)]);
    expect([...H]).toEqual([2, 12, Math.sin(0.5)]);
    expect(box.accuracy).toBe(2 ** -52);
  });

  it('computes once per point', () => {
    const { box, toy, y, J, H } = open();
    const x = at(3, 0.5);
    for (let k = 0; k < 3; k++) {
      box.value(x, y);
      box.jacobian(x, J);
      box.hessian(x, at(2, -1), H);
    }
    expect(toy.calls).toEqual([0, 1, 2]);
    expect(box.statistics).toMatchObject({ values: 1, jacobians: 1, hessians: 1, cached: 6 });
  });

  it('tells 0 from −0 and notices a point changed in place', () => {
    const { box, toy, y } = open();
    const x = at(0, 1);
    box.value(x, y);
    x[0] = -0;
    box.value(x, y);
    x[0] = 2;
    box.value(x, y);
    expect(toy.calls).toEqual([0, 0, 0]);
    expect(y[0]).toBe(4);
  });

  it('keeps J and H of the iterate while trial points are valued', () => {
    const { box, toy, y, J, H } = open();
    const x = at(3, 0.5);
    box.hessian(x, at(1, -1), H);
    box.value(at(1, 1), y);
    box.jacobian(x, J);
    box.hessian(x, at(1, -1), H);
    expect(toy.calls).toEqual([2, 0]);
    expect([...J]).toEqual([3, 9, 0, Math.cos(0.5)]);
    expect([...H]).toEqual([1, 6, Math.sin(0.5)]);
    expect(y[0]).toBe(1);
  });

  it('asks for J and H in one call when told that both come', () => {
    const { box, toy, y, J, H } = open();
    const [x, λ] = [at(3, 0.5), at(2, -1)];
    box.value(x, y);
    box.anticipate(x, λ);
    box.jacobian(x, J);
    box.hessian(x, λ, H);
    expect(toy.calls).toEqual([0, 2]);
    expect([...H]).toEqual([2, 12, Math.sin(0.5)]);
    box.hessian(x, at(1, 1), H); // another λ than foretold
    expect(toy.calls).toEqual([0, 2, 2]);
    expect([...H]).toEqual([1, 6, -Math.sin(0.5)]);
  });

  it('ignores a hint for another point', () => {
    const { box, toy, J } = open();
    box.anticipate(at(1, 1), at(1, 1));
    box.jacobian(at(2, 2), J);
    expect(toy.calls).toEqual([1]);
  });

  it('never computes second derivatives that do not exist', () => {
    const { box, toy, J, H } = open(false);
    box.anticipate(at(1, 1), at(1, 1));
    box.jacobian(at(1, 1), J);
    expect(toy.calls).toEqual([1]);
    expect(() => box.hessian(at(1, 1), at(1, 1), H)).toThrow(TypeError);
  });

  it('turns a failure into a fatal error and forgets what the buffers held', () => {
    const { box, toy, y } = open();
    box.value(at(1, 1), y);
    toy.failure = 'out of device memory';
    expect(() => box.value(at(2, 1), y)).toThrow(EvaluationError);
    expect(() => box.value(at(1, 1), y)).toThrow(/toy engine failed: out of device memory/);
    toy.failure = undefined;
    box.value(at(1, 1), y);
    expect(y[0]).toBe(1);
  });

  it('refuses an asynchronous executable', () => {
    const box = new LocalBox(new Toy(true));
    expect(() => box.value(at(1, 1), at(0, 0))).toThrow(/oracle host thread/);
  });
});
