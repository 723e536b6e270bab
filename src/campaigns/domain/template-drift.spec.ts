import { templateDrift } from './template-drift';

const ours = (templateId: string, name: string, isWithdrawn = false) => ({
  publicationId: `p${templateId}`,
  campaignId: `c${templateId}`,
  templateId,
  name,
  isWithdrawn,
});

describe('templateDrift', () => {
  it('tells every kind of difference, and nothing where both agree', () => {
    const differences = templateDrift(
      [
        ours('1', 'Same'),
        ours('2', 'New name'),
        ours('3', 'Gone'),
        ours('4', 'Taken back', true),
        ours('5', 'Away', true),
      ],
      [
        { templateId: '1', name: 'Same' },
        { templateId: '2', name: 'Old name' },
        { templateId: '4', name: 'Taken back' },
        { templateId: '9', name: 'Somebody else’s' },
      ],
    );
    expect(differences.map(({ kind, templateId, campaignId }) => [kind, templateId, campaignId])).toEqual([
      ['MISSING', '3', 'c3'],
      ['OTHER_NAME', '2', 'c2'],
      ['LEFT_OVER', '4', 'c4'],
      ['NOT_OURS', '9', null],
    ]);
  });
});
