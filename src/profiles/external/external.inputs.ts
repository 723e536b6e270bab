import { ArrayMaxSize, ArrayMinSize, IsArray, IsString, Length } from 'class-validator';

/** A batch of profiles as Xtremepush's `import/profile` takes it. */
export class ImportProfileInput {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @IsString({ each: true })
  @Length(1, 100, { each: true })
  columns!: string[];

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10_000)
  @IsArray({ each: true })
  rows!: unknown[][];
}
