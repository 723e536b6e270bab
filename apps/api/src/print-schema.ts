import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DateTimeScalar } from '@libs/platform';
import { type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { ApiModule } from './api.module';

const file = join(__dirname, '../../../../apps/api/schema.graphql');

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, { logger: false });
  const resolvers = [...resolversOf(ApiModule, new Set())];
  const schema = await app.get(GraphQLSchemaFactory).create(resolvers, [DateTimeScalar]);
  await app.close();
  const text = `# Made by "npm run schema:print" from the code. Do not edit.\n\n${printSchema(lexicographicSortSchema(schema))}\n`;
  if (!process.argv.includes('--check')) return writeFileSync(file, text);
  if (readFileSync(file, 'utf8') === text) return;
  process.stderr.write('apps/api/schema.graphql is not what the code describes: run npm run schema:print\n');
  process.exitCode = 1;
}

/** Resolver classes of a module and of everything it imports. */
function* resolversOf(module: Type | DynamicModule, seen: Set<unknown>): Generator<Type> {
  const type = 'module' in module ? module.module : module;
  if (seen.has(type)) return;
  seen.add(type);
  const providers: unknown[] = Reflect.getMetadata('providers', type) ?? [];
  for (const provider of providers) if (isResolver(provider)) yield provider;
  const imports: unknown[] = Reflect.getMetadata('imports', type) ?? [];
  for (const imported of imports) if (isModule(imported)) yield* resolversOf(imported, seen);
}

function isResolver(provider: unknown): provider is Type {
  return typeof provider === 'function' && Reflect.hasMetadata('graphql:resolver_type', provider);
}

function isModule(imported: unknown): imported is Type | DynamicModule {
  return typeof imported === 'function' || (typeof imported === 'object' && imported !== null && 'module' in imported);
}

main().catch((error: unknown) => {
  process.stderr.write(`The schema could not be made: ${String(error)}\n`);
  process.exit(1);
});
