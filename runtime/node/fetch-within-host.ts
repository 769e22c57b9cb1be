/** Redirections that are followed, all within one host. */
const mostRedirects = 5;

/** What asking again does not change. */
export class Refused extends Error {}

/** A body that is being fetched, from byte `from` of the file on. */
export interface Fetched {
  readonly body: AsyncIterable<Uint8Array>;
  readonly from: number;
}

/**
 * The body at `url` from byte `first` on, or from byte 0 where the server knows no ranges; redirections to another host, or
 * away from encryption, are refused.
 */
export async function fetchWithinHost(url: string, signal: AbortSignal, first = 0): Promise<Fetched> {
  let at = new URL(url);
  const headers = first > 0 ? { range: `bytes=${first}-` } : {};
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const response = await fetch(at, { signal, redirect: 'manual', headers });
    const { status } = response;
    const location = response.headers.get('location');
    if (status < 300 || status > 399 || location === null) return await bodyOf(response, first);
    await response.body?.cancel();
    const to = new URL(location, at);
    if (to.host !== at.host || to.protocol !== at.protocol)
      throw new Refused(`the server sends on to ${to.protocol}//${to.host}, which is not asked`);
    at = to;
  }
  throw new Refused(`the server sends on more than ${mostRedirects} times`);
}

async function bodyOf(response: Response, first: number): Promise<Fetched> {
  const { status, body } = response;
  if (!response.ok || !body) {
    await body?.cancel();
    const answer = `the server answered ${status}`;
    throw status >= 500 || status === 429 ? new Error(answer) : new Refused(answer);
  }
  if (status !== 206) return { body, from: 0 };
  const from = Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]);
  if (from !== first) throw new Refused('the server sends another part than was asked for');
  return { body, from };
}

/** Why a download failed, in a few words. */
export const causeOf = (error: unknown): string =>
  error instanceof Error
    ? error.cause instanceof Error
      ? error.cause.message
      : error.message
    : String(error);
