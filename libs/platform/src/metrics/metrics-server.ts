import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics';

const shown = /^\/metrics(\?|$)/;

/** Serves the metrics of a process that has no routes of its own: `GET /metrics`, and nothing else. */
export class MetricsServer {
  private metrics: Metrics | null = null;

  private constructor(
    private readonly server: Server,
    private readonly host: string,
  ) {
    server.on('request', ({ method, url = '' }, response) => {
      if (method !== 'GET' || !shown.test(url)) return answer(response, 404, 'Only GET /metrics is here\n');
      this.read(response).catch(() => answer(response, 500, 'The metrics cannot be read\n'));
    });
  }

  /** Takes the port at once, 0 being any, so that a process learns that it is taken before it works. */
  static async listen(port: number, host: string): Promise<MetricsServer> {
    const server = createServer().listen(port, host);
    await once(server, 'listening');
    return new MetricsServer(server, host);
  }

  /** Until this is called it answers 503. */
  serve(metrics: Metrics): void {
    this.metrics = metrics;
  }

  /** Where it is read. */
  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://${this.host.includes(':') ? `[${this.host}]` : this.host}:${port}/metrics`;
  }

  private async read(response: ServerResponse): Promise<void> {
    if (!this.metrics) return answer(response, 503, 'The process is starting\n');
    const { text, contentType } = await this.metrics.read();
    response.writeHead(200, { 'content-type': contentType }).end(text);
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}
