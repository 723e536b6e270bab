import type { CampaignContent } from './campaign-content';
import { previewContent } from './preview-content';

const content: CampaignContent = {
  mobilePush: { title: 'Hi', body: '{{ NAME }} of {{ user.city }}' },
  sms: { from: '', text: 'Hi {{ CODE|default("x") }}' },
  personalisation: { whenMissing: 'SKIP' },
};

describe('previewContent', () => {
  it('renders every medium with the sample values and names what they leave out', () => {
    const samples = new Map([
      ['NAME', 'A'],
      ['user.city', 'Athlone'],
    ]);
    expect(previewContent(content, samples)).toEqual({
      media: [
        { medium: 'MOBILE_PUSH', message: { title: 'Hi', body: 'A of Athlone' }, problem: null, isOpen: false },
        { medium: 'SMS', message: { from: '', text: 'Hi x' }, problem: null, isOpen: true },
      ],
      missing: ['CODE'],
      errors: [],
    });
  });

  it('takes stored values of a profile where there is no sample, as a bare name too', () => {
    const stored = { city: 'Sliema', NAME: 'Kim', CODE: null, user: 'ignored' };
    const preview = previewContent(content, new Map([['user.city', 'Athlone']]), {
      language: null,
      variant: null,
      stored,
    });
    expect(preview.media[0]?.message).toEqual({ title: 'Hi', body: 'Kim of Athlone' });
    expect(preview.missing).toEqual(['CODE']);
  });

  it('says what would keep the person from getting a medium', () => {
    const [push] = previewContent(content, new Map([['NAME', 'A']])).media;
    expect(push).toEqual({ medium: 'MOBILE_PUSH', message: null, problem: 'No value for user.city', isOpen: true });
  });

  it('renders nothing of content with errors', () => {
    const broken: CampaignContent = { ...content, sms: { from: '', text: '{{ ' } };
    expect(previewContent(broken, new Map())).toMatchObject({ media: [], errors: [{ path: ['sms', 'text'] }] });
  });
});
