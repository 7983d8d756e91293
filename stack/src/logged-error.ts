/** An entry of level error, in the format that Prometheus and statsd_exporter log in. */
const ERROR_ENTRY =
  /\blevel=error\b.*?\bmsg=("(?:[^"\\]|\\.)*"|\S+)(?:.*?\berr(?:or)?=("(?:[^"\\]|\\.)*"|\S+))?/gi;

/** The last error in the logs, in a few words; `undefined` where there is none. */
export function loggedError(logs: string): string | undefined {
  const [, message, reason] = [...logs.matchAll(ERROR_ENTRY)].at(-1) ?? [];
  if (message === undefined) return undefined;
  return [message, reason]
    .filter((part) => part !== undefined)
    .map(unquote)
    .join(': ');
}

function unquote(value: string): string {
  return value
    .replace(/^"|"$/g, '')
    .replace(/\\(["\\])/g, '$1')
    .replaceAll('\\n', ' ');
}
