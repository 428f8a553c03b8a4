// A page of what came before a position. Whatever is not one (a sign-in page, say) is an error.
export async function fetchPage(url, before) {
  const response = await fetch(`${url}?before=${before}`, { headers: { Accept: "application/json" } });
  if (!response.ok || response.redirected) throw new Error(`History answered ${response.status}`);
  return response.json();
}
