/** A server that speaks OpenAI's chat completions, as well or badly as a test wants. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request; the body is what was asked. */
export type Answer = (response: ServerResponse, body: string) => void;

/** A proper answer. */
export const completion =
  (content: string): Answer =>
  (response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content } }] }));
  };

export class ChatServer {
  readonly requests: { body: string; authorization: string | undefined }[] = [];
  private readonly server: Server;

  /** @param answer what to do with the n-th request (from 0) */
  constructor(answer: (request: number, body: string) => Answer | undefined) {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const reply = answer(this.requests.length, body);
        this.requests.push({ body, authorization: request.headers.authorization });
        reply?.(response, body);
      });
    });
  }

  /** @returns the endpoint's URL */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
