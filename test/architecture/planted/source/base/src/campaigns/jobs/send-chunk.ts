export const sendChunkJob = defineJob<{ id: string }>({ queue: 'campaigns.send-chunk' });

@HandlesJob(sendChunkJob)
export class SendChunkProcessor {
  handle(sender: Sender) {
    return sender.sendBatch([]);
  }
}
