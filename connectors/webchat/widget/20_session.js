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

function request(method, path, body, raw, sessionToken) {
  var headers = {};
  var bearer = sessionToken || (state.session && path !== "/session" && state.session.session_token);
  if (bearer) headers.Authorization = "Bearer " + bearer;
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

/// The session of whoever the page says it is. An answer that comes when the page has said something else is nobody's.
function session() {
  if (state.session && Date.now() < state.expiresAt - RENEW_BEFORE_MS) return Promise.resolve(state.session);
  if (state.opening) return state.opening;
  var person = identity;
  state.opening = openFor(person).then(function (opened) {
    if (person !== identity) return session();
    state.opening = null;
    if (opened.another) forget();
    if (opened.proved) kept.subject = subject(person);
    else if (!opened.same_visitor) delete kept.subject;
    state.session = opened;
    state.expiresAt = Date.now() + opened.expires_in_ms;
    state.fieldsWanted = opened.fields_wanted;
    kept.visitorToken = opened.visitor_token;
    keep();
    if (!kept.open) showUnread(opened.unread);
    renderForm();
    return opened;
  }, function (error) {
    if (person !== identity) return session();
    state.opening = null;
    throw error;
  });
  return state.opening;
}

/// A proof lives minutes, a visit much longer: when it has expired the page is asked for a fresh one, and meanwhile the talk
/// goes on with the visitor's token, if that is the same person's.
function openFor(person) {
  return askForSession(person).catch(function (error) {
    if (error.status !== 401 || person !== identity || !proves(person)) throw error;
    document.dispatchEvent(new Event("inboxd:proof-expired"));
    recall();
    if (person !== identity || !kept.visitorToken || !subject(person) || kept.subject !== subject(person)) throw error;
    return askForSession({});
  });
}

function askForSession(person) {
  var body = { page: location.href, referrer: document.referrer, locale: locale };
  try { body.tz = Intl.DateTimeFormat().resolvedOptions().timeZone; } catch (error) { /* old browsers do not say */ }
  recall();
  if (kept.visitorToken) body.visitor_token = kept.visitorToken;
  if (person.userToken) body.user_token = person.userToken;
  if (person.userId) { body.user_id = person.userId; body.user_hash = person.userHash; }
  return request("POST", "/session", body).then(function (opened) {
    opened.another = !!body.visitor_token && !opened.same_visitor;
    opened.proved = proves(person);
    return opened;
  });
}

/// Another tab may have a newer visitor token.
function recall() {
  var stored = load();
  if (!stored.visitorToken) return;
  kept.visitorToken = stored.visitorToken;
  kept.subject = stored.subject;
}

function proves(person) { return !!(person.userToken || person.userId); }

/// Whom a proof names. The server checks it; here it is only compared.
function subject(person) {
  if (person.userId) return String(person.userId);
  try { return JSON.parse(atob(person.userToken.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).sub; } catch (error) { return undefined; }
}

/// Who signed out is told to the server, now or as soon as it can be reached: until then their token would open their talk.
function endVisits() {
  if (state.destroyed || !kept.ending || !kept.ending.length) return Promise.resolve();
  return Promise.all(kept.ending.map(function (token) {
    return request("POST", "/session", { visitor_token: token }).then(function (opened) {
      return request("DELETE", "/session", undefined, undefined, opened.session_token);
    }).catch(function (error) {
      if (!error.status || error.status === 429 || error.status >= 500) throw error; // else it opens nothing any more
    }).then(function () {
      kept.ending = kept.ending.filter(function (ending) { return ending !== token; });
      keep();
    });
  })).catch(function () { setTimeout(endVisits, pause()); });
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
