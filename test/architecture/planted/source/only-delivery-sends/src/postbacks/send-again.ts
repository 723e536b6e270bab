export const sendAgain = (sender: Sender) => sender.sendBatch([]);
