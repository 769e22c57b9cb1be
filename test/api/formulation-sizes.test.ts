import { describe, expect, it } from 'vitest';
import { formulationSizes, Model, network } from '../../index.js';
import { openExecutable } from '../../runtime/open.js';
import { programsOf } from '../../runtime/programs.js';
import { assemble } from '../../src/nlp/assemble.js';
import { LocalBox } from '../../src/oracle/local.js';
import { classifier, Graph } from '../formulate/networks.js';

describe('sizes of formulations', () => {
  it('are those of the assembled problems', async () => {
    const net = classifier(12, 5, 2, 3);
    const sizes = formulationSizes(net);
    for (const formulation of ['reduced', 'lifted', 'full'] as const) {
      const model = new Model();
      network(net, model.variables('x', 12), { formulation });
      const boxes = [];
      for (const token of model.grayBoxes) {
        const programs = programsOf(token as typeof net, {});
        const executable = await openExecutable({
          programs,
          engine: 'wasm',
          device: 'cpu',
          precision: 'f64',
        });
        boxes.push(new LocalBox(executable as never));
      }
      const nlp = assemble(model.problem(), boxes);
      expect(sizes[formulation]).toEqual({
        variables: nlp.variables.lower.length,
        constraints: nlp.constraints.lower.length,
        jacobianNonzeros: nlp.jacobian.nonzeros,
        hessianNonzeros: nlp.hessian.nonzeros,
      });
    }
  });

  it('say why there is none', () => {
    const graph = new Graph();
    const jump = { name: 'thresholdedRelu', theta: 1 } as const;
    const net = graph.network(3, [graph.elementwise(graph.input(3), jump)]);
    const { lifted, full } = formulationSizes(net);
    expect(lifted).toEqual({ refused: expect.stringMatching(/affine map/) });
    expect(full).toEqual({ refused: expect.stringMatching(/jumps/) });
  });
});
