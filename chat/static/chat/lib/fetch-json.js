/**
 * Fetches JSON from the server. Any other answer, such as a sign-in page, is an error.
 * @param {string} url
 * @param {Record<string, string>} query
 */
export async function fetchJson(url, query = {}) {
  const whole = Object.keys(query).length ? `${url}?${new URLSearchParams(query)}` : url;
  const response = await fetch(whole, { headers: { Accept: "application/json" } });
  if (!response.ok || response.redirected) throw new FetchError(url, response.status);
  return response.json();
}

class FetchError extends Error {
  /**
   * @param {string} url
   * @param {number} status
   */
  constructor(url, status) {
    super(`${url} answered ${status}`);
    this.status = status;
  }
}
