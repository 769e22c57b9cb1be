import { describe, expect, it } from 'vitest';
import { writeReport } from '../../bench/report/readme.js';
import { all, type Findings, notMeasured, type Suite } from '../../bench/report/suite.js';

const suite = (name: string, goals: readonly string[]): Suite => ({
  name,
  title: `Suite ${name}`,
  goals,
  run: async () => notMeasured({ goals }, 'nothing runs here'),
});
const suites = [suite('a', ['fast', 'right']), suite('b', ['small'])];
const found: Findings = {
  goals: [
    { goal: 'fast', measured: '1 | 2', met: true },
    { goal: 'right', measured: '3', met: false },
  ],
  details: 'machine; f64\n\n| x |\n| --- |\n| 1 |',
};

describe('the report', () => {
  it('says "not measured" of what did not run', () => {
    const report = writeReport(suites, new Map(), '');
    expect(report.match(/\| not measured \| – \|/g)).toHaveLength(3);
    expect(report.match(/^Not measured\.$/gm)).toHaveLength(2);
  });

  it('keeps the rows and the section of suites that did not run this time', () => {
    const first = writeReport(suites, new Map([['a', found]]), '');
    expect(first).toContain('| <!-- a --> Suite a | fast | 1 ∣ 2 | yes |');
    expect(first).toContain('| <!-- a --> Suite a | right | 3 | no |');
    const small: Findings = { goals: [{ goal: 'small', measured: '7', met: undefined }], details: 'seven' };
    const second = writeReport(suites, new Map([['b', small]]), first);
    expect(second).toContain('| <!-- a --> Suite a | fast | 1 ∣ 2 | yes |');
    expect(second).toContain(found.details);
    expect(second).toContain('| <!-- b --> Suite b | small | 7 | – |');
    expect(second).toContain('seven');
    expect(writeReport(suites, new Map(), second)).toBe(second);
  });

  it('shows a failure as such, with its reason', () => {
    const failed = notMeasured(suites[1]!, 'no such program (exit code 1)');
    const report = writeReport(suites, new Map([['b', failed]]), '');
    expect(report).toContain('| small | not measured | – |');
    expect(report).toContain('Not measured: no such program (exit code 1)');
  });

  it('judges a goal of several facts', () => {
    expect([all(true, true), all(true, undefined), all(undefined, false)]).toEqual([true, undefined, false]);
  });
});
