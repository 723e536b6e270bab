import { type InputProblem, validateInput } from '@libs/platform';
import { type ProfileRow, profileFile } from '../imports/profile-rows';
import { spellingProblem } from '../imports/row-reader';
import { type ClearableField, clearableFields } from '../persistence/profile.repository';
import { UpsertProfileInput } from './profile.inputs';

/** A change of one profile: what to set, and what to empty. */
export interface ProfileChange {
  row: ProfileRow;
  cleared: ClearableField[];
}

/** Reads a change as the files of profiles are read, or says field by field what is wrong. */
export async function readUpsert(input: UpsertProfileInput): Promise<ProfileChange | { problems: InputProblem[] }> {
  const { attributes, ...fields } = input;
  const given = Object.entries(fields).map(([name, value]): [string, string] => [name, value ?? '']);
  const problems = [...(await validateInput(UpsertProfileInput, input)), ...attributeProblems(input)];
  if (problems.length > 0) return { problems };
  const read = profileFile.read(Object.fromEntries(given));
  if ('reason' in read) return { problems: [{ path: [read.column ?? 'userId'], message: read.reason }] };
  const values = Object.fromEntries((attributes ?? []).map(({ name, value }) => [name, value]));
  return {
    row: { ...read.row, attributes: values },
    cleared: clearableFields.filter((field) => fields[field] === null),
  };
}

function attributeProblems({ attributes }: UpsertProfileInput): InputProblem[] {
  const fields = [...profileFile.requiredColumns, ...profileFile.optionalColumns];
  return (attributes ?? []).flatMap(({ name }, index) => {
    const isField = fields.includes(name) || spellingProblem(name, fields) !== null;
    const message = `${name} is no attribute; set the field of the profile`;
    return isField ? [{ path: ['attributes', String(index), 'name'], message }] : [];
  });
}
