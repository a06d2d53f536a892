import { dirname } from 'node:path';
import express, { type Express, type Request, type Response } from 'express';
import { openApi } from './openapi.js';

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Model Hub API</title><link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><main id="api"></main><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body></html>`;
const START = `window.ui = SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#api', deepLinking: true, displayOperationId: true, docExpansion: 'list' });`;

/** The description and its readable page; both without a key. */
export function serveDocs(app: Express): void {
  const description = openApi('0.1.0');
  app.get('/api/v1/openapi.json', (_req: Request, res: Response) => void res.json(description));
  app.get(['/api/docs', '/api/docs/'], (_req: Request, res: Response) => void res.type('html').send(PAGE));
  app.get('/api/docs/start.js', (_req: Request, res: Response) => void res.type('js').send(START));
  app.use('/api/docs', express.static(dirname(require.resolve('swagger-ui-dist/package.json')), { index: false, maxAge: '1d' }));
}
