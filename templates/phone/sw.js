{% autoescape off %}// Keeps files that are the same for everybody (their name carries a hash of their contents) and one page that says
// there is no connection. A page of the portal itself is never kept: it always comes from the network.
"use strict";
const told = {{ told }};
const HASHED = /\.[0-9a-f]{12}\.\w+$/;

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const store = await caches.open(told.store);
  await store.addAll([...told.files, new Request(told.offline, { credentials: "omit", cache: "reload" })]);
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== told.store) await caches.delete(name);
  if (self.registration.navigationPreload) await self.registration.navigationPreload.enable();
  await self.clients.claim();
})()));

async function page(event) {
  try {
    return (await event.preloadResponse) || (await fetch(event.request));
  } catch (error) {
    return (await caches.match(told.offline)) || Response.error();
  }
}

async function file(request) {
  const kept = await caches.match(request, { cacheName: told.store });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && HASHED.test(new URL(request.url).pathname)) {
    const store = await caches.open(told.store);
    await store.put(request, answer.clone());
  }
  return answer;
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event));
  else if (url.pathname.startsWith(told.prefix)) event.respondWith(file(event.request));
});
{% endautoescape %}
