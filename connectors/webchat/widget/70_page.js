// The page's side: window.inboxd, and how it all starts.

function disconnect() {
  state.generation++;
  clearTimeout(state.timer);
  if (state.socket) state.socket.close(1000);
  state.socket = null;
  state.ready = state.polling = false;
}

/// From here on the page speaks of somebody: of what is under way for whoever it was before, nothing counts.
function become(person) {
  identity = Object.assign({}, person);
  state.session = state.opening = null;
  disconnect();
}

function identify(proof) {
  become(proof);
  if (kept.open || kept.visitorToken) connect();
}

function logout() {
  become({});
  recall();
  if (kept.visitorToken) kept.ending = (kept.ending || []).concat(kept.visitorToken);
  delete kept.visitorToken;
  delete kept.subject;
  delete kept.fields;
  forget();
  keep();
  return endVisits().then(function () { if (kept.open && !state.destroyed) connect(); });
}

function destroy() {
  state.destroyed = true;
  disconnect();
  host.remove();
  delete window.inboxd;
}

document.addEventListener("visibilitychange", function () { if (!document.hidden) markRead(); });
window.addEventListener("online", function () { if (!state.ready && !state.destroyed && (kept.open || kept.visitorToken)) { state.attempts = 0; connect(); } });

function start() {
  if (!base || window.inboxd) return;
  request("GET", "/config").then(function (config) {
    if (state.destroyed) return;
    state.config = config;
    host.style.setProperty("--c", config.appearance.color || "#1f6feb");
    title.textContent = config.appearance.title || words.title;
    if (!config.upload_bytes_max) clip.style.display = "none";
    else picker.setAttribute("accept", config.upload_types.join(","));
    document.body.appendChild(host);
    window.inboxd = { open: open, close: close, identify: identify, logout: logout, destroy: destroy };
    document.dispatchEvent(new Event("inboxd:ready"));
    endVisits();
    // Whoever was here before hears of answers; somebody new is nobody until they open the chat.
    if (options.open || kept.open) open();
    else if (kept.visitorToken || identity.userToken || identity.userId) connect();
  }, function () { setTimeout(start, pause()); });
}
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
