export class Platform1795420000001 {
  async up(runner: QueryRunner) {
    await runner.query('CREATE TABLE lease ()');
  }

  async down() {}
}
