import ts from 'typescript';
import { decoratorNames, find, locate, type SourceFile } from './syntax';

/** What imports cannot show. A rule names the places that break it. */
export type SourceRule = (files: SourceFile[]) => string[];

const routes = ['Get', 'Post', 'Put', 'Patch', 'Delete', 'Head', 'Options', 'All'];
const saysWho = ['Allow', 'Public', 'UseGuards'];
const mayHandOver = /^(libs\/delivery|src\/channels|src\/campaigns)\//;
const wholeLedger = /\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:recipient|recipient_staging|recipient_reject|delivery)\b/;
const numberedMigration = /^migrations\/\d{13}-/;

/** Every rule by its name; each has a planted fault in `planted/source/<name>`. */
export const sourceRules: Record<string, SourceRule> = {
  'mutations-are-allowed-to-someone': (files) =>
    methodsOf(files, 'Resolver')
      .filter(({ method }) => hasAny(decoratorNames(method), ['Mutation']))
      .filter(({ owner, method }) => !hasAny([...decoratorNames(owner), ...decoratorNames(method)], saysWho))
      .map(({ file, method }) => locate(file, method, `${method.name.getText()} has neither @Allow nor @Public`)),

  'queries-know-who-asks': (files) =>
    methodsOf(files, 'Resolver')
      .filter(({ method }) => hasAny(decoratorNames(method), ['Query', 'Subscription']))
      .filter(({ owner, method }) => !hasAny([...decoratorNames(owner), ...decoratorNames(method)], saysWho))
      .filter(({ method }) => !method.parameters.some((each) => decoratorNames(each).includes('CurrentActor')))
      .map(({ file, method }) => locate(file, method, `${method.name.getText()} takes no @CurrentActor`)),

  'routes-say-who-may-call': (files) =>
    methodsOf(files, 'Controller')
      .filter(({ method }) => hasAny(decoratorNames(method), routes))
      .filter(({ owner, method }) => !hasAny([...decoratorNames(owner), ...decoratorNames(method)], saysWho))
      .map(({ file, method }) => locate(file, method, `${method.name.getText()} is neither guarded nor @Public`)),

  'only-delivery-sends': (files) =>
    files
      .filter(({ path }) => !mayHandOver.test(path))
      .flatMap((file) =>
        find(file.syntax, ts.isIdentifier)
          .filter(({ text }) => text === 'sendBatch')
          .map((use) => locate(file, use, 'uses sendBatch, which would go past the gate')),
      ),

  'migrations-go-both-ways': (files) =>
    files
      .filter(({ path }) => numberedMigration.test(path))
      .flatMap((file) =>
        ['up', 'down']
          .filter((direction) => !find(file.syntax, ts.isMethodDeclaration).some((each) => does(each, direction)))
          .map((direction) => locate(file, file.syntax, `has no ${direction} that does anything`)),
      ),

  'no-forward-references': (files) =>
    files.flatMap((file) =>
      find(file.syntax, ts.isIdentifier)
        .filter(({ text }) => text === 'forwardRef')
        .map((use) => locate(file, use, 'uses forwardRef: a cycle to remove')),
    ),

  'getters-before-copies': (files) =>
    files.flatMap((file) =>
      find(file.syntax, ts.isObjectLiteralExpression)
        .flatMap(({ properties }) => afterFirst(properties, ts.isSpreadAssignment).filter(ts.isAccessor))
        .map((each) => locate(file, each, 'is read once, by Object.assign: it goes before what is copied')),
    ),

  'prepared-statements-name-a-day': (files) =>
    files.flatMap((file) =>
      find(file.syntax, ts.isCallExpression)
        .filter((call) => call.expression.getText() === 'prepared')
        .filter((call) => call.arguments.some((each) => wholeLedger.test(each.getText())))
        .map((call) => locate(file, call, 'plans every day of the ledger on each connection: use onDay')),
    ),
};

function afterFirst<T>(all: readonly T[], is: (one: T) => boolean): T[] {
  const first = all.findIndex(is);
  return first < 0 ? [] : all.slice(first + 1);
}

interface Method {
  file: SourceFile;
  owner: ts.ClassDeclaration;
  method: ts.MethodDeclaration;
}

function methodsOf(files: SourceFile[], kind: string): Method[] {
  return files.flatMap((file) =>
    find(file.syntax, ts.isClassDeclaration)
      .filter((owner) => decoratorNames(owner).includes(kind))
      .flatMap((owner) => owner.members.filter(ts.isMethodDeclaration).map((method) => ({ file, owner, method }))),
  );
}

const hasAny = (names: string[], wanted: string[]): boolean => wanted.some((name) => names.includes(name));

const does = (method: ts.MethodDeclaration, name: string): boolean =>
  method.name.getText() === name && (method.body?.statements.length ?? 0) > 0;
