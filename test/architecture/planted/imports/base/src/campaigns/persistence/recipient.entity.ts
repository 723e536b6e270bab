export class RecipientEntity {}
