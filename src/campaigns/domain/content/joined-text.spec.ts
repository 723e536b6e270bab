import { joinText, splitPlainTemplate } from './joined-text';
import { startRun } from './render-run';
import { parseTemplate } from './template-engine';

const texts = ['', 'a', '0', ' ', '<b>&"\'</b>', 'é{{ x }}', null, undefined];
const templates = [
  'Hi {{ NAME }}!',
  '{{NAME}}{{ NAME }}',
  'Hi {{ NAME | default("you") }}, {{ user.city|default(\'<Home> & "co"\') }}',
  '{{ user.city }}\n{{ NAME }}\n',
  '  {{ user.nothing }} {{ user.NAME }} ',
];

describe('joinText', () => {
  for (const escaping of ['html', 'none'] as const) {
    it.each(templates)(`joins %j as the engine renders it (${escaping})`, (source) => {
      const pieces = splitPlainTemplate(source);
      const { template, environment } = parseTemplate(source, escaping);
      for (const NAME of texts) {
        for (const city of texts) {
          const values = new Map<string, unknown>([
            ['NAME', NAME],
            ['user', new Map([['city', city]])],
          ]);
          const run = startRun();
          const text = template.render(environment, new Map(values));
          expect(joinText(pieces ?? [], values, escaping)).toEqual({ text, missing: run.missing });
        }
      }
    });
  }

  it.each([
    '{{ NAME|upper }}',
    '{% if A %}x{% endif %}{{ NAME }}',
    '{# no #}{{ NAME }}',
    '{{- NAME }}',
    '{{ user.a.b }}',
    '{{ "x" }}',
    '{{ none }}',
    '{{ NAME|default("#{x}") }}',
    '{{ NAME|default("a\\"b") }}',
  ])('leaves %s to the engine', (source) => {
    expect(splitPlainTemplate(source)).toBeNull();
  });

  it.each([[true], [0], [[]], [1.5]])('leaves the value %j to the engine', (NAME) => {
    expect(joinText(splitPlainTemplate('{{ NAME }}') ?? [], new Map([['NAME', NAME]]), 'none')).toBeNull();
  });
});
