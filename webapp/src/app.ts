import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Recorder } from './metrics/recorder.ts';
import { recordRequests } from './record-requests.ts';

/** The demo's routes over a recorder. It never listens: that is the caller's to do. */
export function createApp(recorder: Recorder): Express {
  const app = express();
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.disable('etag');
  app.disable('x-powered-by');

  // Above the middleware, so not counted.
  app.route('/healthz').get(healthz).all(methodNotAllowed);
  if (recorder.expose) app.route('/metrics/').get(scrape(recorder.expose)).all(methodNotAllowed);
  else app.all('/metrics/', notFound);

  app.use(recordRequests(recorder));

  app.route('/test/').get(succeed).all(methodNotAllowed);
  app.route('/test1/').get(fail).all(methodNotAllowed);
  for (const path of ['/test', '/test1', '/metrics']) {
    app.route(path).get(addSlash).all(methodNotAllowed);
  }

  app.use(answerError);
  return app;
}

const succeed: RequestHandler = (_req, res) => {
  res.type('text/plain').send('rest');
};

const fail: RequestHandler = () => {
  1n / 0n; // The article's 1/0. A number would quietly be Infinity; a BigInt throws.
};

const healthz: RequestHandler = (_req, res) => {
  res.type('text/plain').send('ok');
};

/** Answers a scrape with the metrics of this process. */
function scrape(expose: NonNullable<Recorder['expose']>): RequestHandler {
  return async (_req, res) => {
    const { contentType, body } = await expose();
    // A cluster hands out connections, not requests: on a kept connection every scrape would ask the same worker.
    res.set('Connection', 'close').type(contentType).send(body);
  };
}

const addSlash: RequestHandler = (req, res) => {
  const query = req.originalUrl.slice(req.path.length);
  res.redirect(308, `${req.path}/${query}`);
};

const methodNotAllowed: RequestHandler = (_req, res) => {
  res.status(405).set('Allow', 'GET, HEAD').type('text/plain').send('Method Not Allowed');
};

/** Leaves for the end of the app, where Express answers 404, past the middleware that counts. */
const notFound: RequestHandler = (_req, _res, next) => next('router');

/** Four parameters: with three, Express takes it for a middleware. */
const answerError: ErrorRequestHandler = (error: Error, _req, res, next) => {
  if (res.headersSent) return next(error);
  res.status(500).type('text/plain').send(error.message);
};
