import { smsKeyword } from './sms-keywords';

describe('a text to us', () => {
  it.each([
    ['STOP', 'STOP'],
    [' stop. ', 'STOP'],
    ['Stop sending me this!', 'STOP'],
    ['STOP ALL', 'STOP'],
    ['Opt-out', 'STOP'],
    ['ARRÊT', 'STOP'],
    ['unsubscribe', 'STOP'],
    ['Quit', 'STOP'],
    ['START', 'START'],
    ['Unstop', 'START'],
    ['opt in', 'START'],
    ['Help?', 'HELP'],
    ['INFO', 'HELP'],
    ['When does it start?', null],
    ['I cannot stop laughing', null],
    ['the end of it', null],
    ['Yes please', null],
    ['', null],
    ['👍', null],
    ['constructor', null],
  ])('"%s" means %s', (text, keyword) => {
    expect(smsKeyword(text)).toBe(keyword);
  });
});
