export { PostbacksModule } from './postbacks.module';
export { PostbacksApiModule } from './postbacks-api.module';
export { PostbacksWorkerModule } from './postbacks-worker.module';
export { sealedByPostbacks } from './sealed-columns';
