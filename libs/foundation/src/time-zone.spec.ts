import { isTimeZone } from './time-zone';

it('tells time zones from other names, however often it is asked', () => {
  const names = ['Europe/Malta', 'europe/malta', 'UTC', 'Mars/Olympus', '', 'Europe'];
  const answers = [true, true, true, false, false, false];
  expect(names.map(isTimeZone)).toEqual(answers);
  expect(names.map(isTimeZone)).toEqual(answers);
});
