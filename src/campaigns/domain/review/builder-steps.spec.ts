import type { Finding } from '../content/finding';
import { stepsOf } from './builder-steps';

const finding = (path: string, severity: Finding['severity'] = 'ERROR'): Finding => ({
  path: path.split('.'),
  code: 'INVALID',
  severity,
  message: 'x',
});

describe('the steps of the builder', () => {
  it('are all ready when nothing was found', () => {
    expect(stepsOf([]).map(({ step, isReady }) => `${step} ${isReady}`)).toEqual([
      'SETUP true',
      'CONTENT true',
      'SEGMENT true',
      'SCHEDULE true',
      'PREVIEW true',
      'REVIEW true',
    ]);
  });

  it('have each finding where it is mended, and all of them at the review', () => {
    const given = ['content.variants.0.name', 'content.email.subject', 'segment.rules', 'channelId', 'schedule.at'];
    const steps = new Map(stepsOf(given.map((path) => finding(path))).map((report) => [report.step, report]));
    const paths = (step: string): string[] =>
      [...steps].filter(([name]) => name === step).flatMap(([, { findings }]) => findings.map((f) => f.path.join('.')));
    expect(paths('SETUP')).toEqual(['content.variants.0.name']);
    expect(paths('CONTENT')).toEqual(['content.email.subject']);
    expect(paths('SEGMENT')).toEqual(['segment.rules']);
    expect(paths('SCHEDULE')).toEqual(['channelId', 'schedule.at']);
    expect(paths('PREVIEW')).toEqual([]);
    expect(paths('REVIEW')).toEqual(given);
    expect([...steps.values()].some(({ isReady }) => isReady)).toBe(false);
  });

  it('stay ready with warnings alone', () => {
    const steps = stepsOf([finding('content.sms.text', 'WARNING')]);
    expect(steps.every(({ isReady }) => isReady)).toBe(true);
    expect(steps.find(({ step }) => step === 'CONTENT')?.findings).toHaveLength(1);
  });
});
