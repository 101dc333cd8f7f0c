// What is kept in the browser, HTTP, and the visitor's session.

function load() {
  try { return JSON.parse(localStorage.getItem(STORE)) || {}; } catch (error) { return {}; }
}
var kept = load();
kept.pending = kept.pending || [];
var TAB = uuid();
kept.pending.forEach(function (pending) { pending.tab = TAB; }); // sent again with the same id, it counts once whoever sends it
/// What other tabs wait for stays theirs.
function keep() {
  var mine = kept.pending.map(function (pending) { return pending.client_msg_id; });
  var others = (load().pending || []).filter(function (pending) { return pending.tab !== TAB && mine.indexOf(pending.client_msg_id) < 0; });
  try { localStorage.setItem(STORE, JSON.stringify(Object.assign({}, kept, { pending: kept.pending.concat(others) }))); } catch (error) { /* a page without storage forgets */ }
}

var state = {
  config: null, session: null, expiresAt: 0, socket: null, ready: false, polling: false, failures: 0, attempts: 0, timer: null,
  conversation: null, lastSeq: null, firstSeq: null, agentReadSeq: 0, readSeq: 0, messages: new Map(), typingTimer: null, typedAt: 0,
  fieldsWanted: false, destroyed: false, uploading: 0, opening: null, generation: 0
};
var identity = { userToken: options.userToken, userId: options.userId, userHash: options.userHash };

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  var b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  var h = Array.prototype.map.call(b, function (x) { return (x + 256).toString(16).slice(1); }).join("");
  return h.slice(0, 8) + "-" + h.slice(8, 12) + "-" + h.slice(12, 16) + "-" + h.slice(16, 20) + "-" + h.slice(20);
}

// HTTP.

function request(method, path, body, raw) {
  var headers = {};
  if (state.session && path !== "/session") headers.Authorization = "Bearer " + state.session.session_token;
  if (state.session && path === "/session" && method === "DELETE") headers.Authorization = "Bearer " + state.session.session_token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return fetch(base + path, { method: method, headers: headers, body: raw || (body !== undefined ? JSON.stringify(body) : undefined), credentials: "omit" })
    .then(function (response) {
      if (response.status === 204) return null;
      return response.json().catch(function () { return {}; }).then(function (json) {
        if (response.ok) return json;
        var error = new Error(json.detail || String(response.status));
        error.status = response.status;
        error.retryAfterMs = json.retry_after_ms;
        throw error;
      });
    });
}

function session() {
  if (state.session && Date.now() < state.expiresAt - RENEW_BEFORE_MS) return Promise.resolve(state.session);
  if (state.opening) return state.opening;
  var body = { page: location.href, referrer: document.referrer, locale: locale };
  try { body.tz = Intl.DateTimeFormat().resolvedOptions().timeZone; } catch (error) { /* old browsers do not say */ }
  kept.visitorToken = load().visitorToken || kept.visitorToken; // another tab may have a newer one
  if (kept.visitorToken) body.visitor_token = kept.visitorToken;
  if (identity.userToken) body.user_token = identity.userToken;
  if (identity.userId) { body.user_id = identity.userId; body.user_hash = identity.userHash; }
  state.opening = request("POST", "/session", body).then(function (opened) {
    state.opening = null;
    if (body.visitor_token && !opened.same_visitor) forget();
    state.session = opened;
    state.expiresAt = Date.now() + opened.expires_in_ms;
    state.fieldsWanted = opened.fields_wanted;
    kept.visitorToken = opened.visitor_token;
    keep();
    if (!kept.open) showUnread(opened.unread);
    renderForm();
    return opened;
  }, function (error) {
    state.opening = null;
    throw error;
  });
  return state.opening;
}

/// Another visitor from here on: nothing of the one before is shown.
function forget() {
  kept.pending = [];
  state.conversation = null;
  state.lastSeq = state.firstSeq = null;
  state.readSeq = state.agentReadSeq = 0;
  state.messages.clear();
  render();
}
