/** The only file that knows where the stack is: on the usual ports, or where make's variables say. */

/** The web app's address. */
export const webapp = `http://127.0.0.1:${process.env.WEBAPP_PORT || 5000}`;

/** Prometheus' address. */
export const prometheus = `http://127.0.0.1:${process.env.PROMETHEUS_PORT || 9090}`;
