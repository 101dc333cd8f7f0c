// The chat on a page: one script, no build step, no dependencies.
//
//   <script src="https://inbox.example.com/chat/website/widget.js" defer></script>
//
// Before it, window.inboxdChat may hold { inbox, server, locale, userToken, userId, userHash, open }. After it, the page
// may call window.inboxd.open(), close(), identify({ userToken } | { userId, userHash }), logout() and destroy().
// Everything that people wrote is shown by textContent, never as markup. It survives a reload by localStorage.
(function () {
  "use strict";

  var script = document.currentScript;
  var options = window.inboxdChat || {};
  var source = (script && script.src) || options.server || "";
  var base = options.server && options.inbox ? options.server.replace(/\/$/, "") + "/chat/" + options.inbox : source.replace(/\/widget\.js.*$/, "");
  if (!base || window.inboxd) return;

  var STORE = "inboxd:" + base;
  var BACKOFF_MIN_MS = 500, BACKOFF_MAX_MS = 30000;
  var SOCKET_FAILURES_MAX = 3; // then the long poll, until the next reload
  var TYPING_EVERY_MS = 3000;
  var RENEW_BEFORE_MS = 60000;
  var MESSAGES_SHOWN_MAX = 500;

  // Words.

  var WORDS = {
    en: {
      title: "Chat with us", open: "Open chat", close: "Close chat", write: "Write a message…", send: "Send", attach: "Attach a file",
      sending: "Sending…", failed: "Not sent", again: "Try again", typing: "is typing…", somebody: "Somebody", seen: "Seen",
      offline: "Connecting…", start: "Start", required: "required", removed: "This message was removed", edited: "edited",
      tooLarge: "This file is too large.", refused: "This file cannot be sent here.", earlier: "Earlier messages",
      slow: "Too many messages; wait a moment.", file: "File", choose: "Choose…", unavailable: "The chat is not available now."
    },
    it: {
      title: "Scrivici", open: "Apri la chat", close: "Chiudi la chat", write: "Scrivi un messaggio…", send: "Invia", attach: "Allega un file",
      sending: "Invio…", failed: "Non inviato", again: "Riprova", typing: "sta scrivendo…", somebody: "Qualcuno", seen: "Letto",
      offline: "Connessione…", start: "Inizia", required: "obbligatorio", removed: "Questo messaggio è stato rimosso", edited: "modificato",
      tooLarge: "Il file è troppo grande.", refused: "Questo file non si può inviare qui.", earlier: "Messaggi precedenti",
      slow: "Troppi messaggi; attendi un momento.", file: "File", choose: "Scegli…", unavailable: "La chat non è disponibile ora."
    }
  };
  var locale = options.locale || document.documentElement.lang || navigator.language || "en";
  var words = WORDS[locale.slice(0, 2).toLowerCase()] || WORDS.en;

  // What is kept in the browser: the visitor's token, what was not acknowledged yet, whether the panel is open.

  function load() {
    try { return JSON.parse(localStorage.getItem(STORE)) || {}; } catch (error) { return {}; }
  }
  var kept = load();
  kept.pending = kept.pending || [];
  function keep() {
    try { localStorage.setItem(STORE, JSON.stringify(kept)); } catch (error) { /* a page without storage forgets */ }
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
    if (kept.visitorToken) body.visitor_token = kept.visitorToken;
    if (identity.userToken) body.user_token = identity.userToken;
    if (identity.userId) { body.user_id = identity.userId; body.user_hash = identity.userHash; }
    state.opening = request("POST", "/session", body).then(function (opened) {
      state.opening = null;
      if (kept.visitorToken && kept.visitorToken !== opened.visitor_token) forget();
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

  // The connection: a socket, and the long poll where none comes through.

  function connect() {
    if (state.destroyed) return;
    clearTimeout(state.timer);
    var generation = ++state.generation;
    session().then(function () {
      if (generation !== state.generation || state.destroyed) return;
      if (state.failures >= SOCKET_FAILURES_MAX || !window.WebSocket) return poll(generation);
      openSocket(generation);
    }, function (error) {
      if (generation !== state.generation) return;
      if (error.status === 403 || error.status === 404 || (error.status === 401 && identity.userToken)) return setStatus(words.unavailable);
      later(error.retryAfterMs);
    });
  }

  function later(hint) {
    setStatus(words.offline);
    var wait = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * Math.pow(2, state.attempts++));
    clearTimeout(state.timer);
    state.timer = setTimeout(connect, hint || wait * (0.5 + Math.random() / 2));
  }

  function openSocket(generation) {
    var socket = new WebSocket(base.replace(/^http/, "ws") + "/socket", "inboxd.chat.v1");
    var hint = 0, wasReady = false;
    state.socket = socket;
    socket.onmessage = function (event) {
      if (generation !== state.generation) return;
      var frame = JSON.parse(event.data);
      if (frame.type === "hello") {
        var hello = { type: "hello", token: state.session.session_token };
        if (state.lastSeq !== null) hello.last_seq = state.lastSeq;
        if (state.conversation) hello.conversation = state.conversation;
        socket.send(JSON.stringify(hello));
      } else if (frame.type === "ping") {
        socket.send('{"type":"pong"}');
      } else if (frame.type === "bye") {
        hint = frame.retry_in_ms || 0;
      } else {
        if (frame.type === "chat" && !wasReady) {
          wasReady = state.ready = true;
          state.failures = state.attempts = 0;
          setStatus("");
        }
        take(frame);
        if (frame.type === "chat") resend();
      }
    };
    socket.onclose = function (event) {
      if (generation !== state.generation) return;
      state.ready = false;
      state.socket = null;
      if (!wasReady) state.failures++;
      if (event.code === 4401) state.session = null;
      if (event.code === 4403) return setStatus(words.unavailable);
      later(hint);
    };
  }

  function poll(generation) {
    state.polling = true;
    resend();
    var query = "/events?wait=25" + (state.lastSeq !== null ? "&after=" + state.lastSeq : "") + (state.conversation ? "&conversation=" + state.conversation : "");
    session().then(function () { return request("GET", query); }).then(function (answer) {
      if (generation !== state.generation || state.destroyed) return;
      state.attempts = 0;
      setStatus("");
      if (answer.reset || answer.conversation !== state.conversation) take(Object.assign({ type: "chat" }, answer));
      answer.items.forEach(take);
      state.lastSeq = Math.max(answer.last_seq, state.lastSeq || 0);
      take({ type: "read", conversation: answer.conversation, seq: answer.agent_read_seq });
      poll(generation);
    }, function (error) {
      if (generation !== state.generation || state.destroyed) return;
      if (error.status === 401) state.session = null;
      state.polling = false;
      later(error.retryAfterMs);
    });
  }

  function tell(frame) {
    if (state.ready && state.socket) state.socket.send(JSON.stringify(frame));
  }

  // What arrives.

  function take(frame) {
    if (frame.type === "chat") return takeChat(frame);
    if (frame.type === "message") return takeMessage(frame);
    if (frame.type === "ack") return takeAck(frame);
    if (frame.type === "error") return takeError(frame);
    if (frame.type === "typing") return showTyping(frame);
    if (frame.type === "read" && frame.conversation === state.conversation) {
      state.agentReadSeq = Math.max(state.agentReadSeq, frame.seq);
      render();
    }
  }

  function takeChat(frame) {
    if (frame.reset || frame.conversation !== state.conversation) {
      if (frame.reset) state.messages.clear();
      state.conversation = frame.conversation;
      state.lastSeq = frame.after;
      state.firstSeq = frame.after + 1;
    }
    if (state.firstSeq === null) state.firstSeq = frame.after + 1;
    state.agentReadSeq = frame.agent_read_seq;
    state.readSeq = frame.read_seq;
    render();
  }

  function takeMessage(frame) {
    var message = frame.message;
    var before = state.messages.get(message.id);
    message.seq = before ? before.seq : frame.seq;
    state.messages.set(message.id, message);
    if (message.client_msg_id) settle(message.client_msg_id);
    if (frame.seq > (state.lastSeq || 0)) {
      state.lastSeq = frame.seq;
      if (message.author.kind !== "visitor") tell({ type: "received", seq: frame.seq });
    }
    if (message.author.kind !== "visitor" && !before) hideTyping();
    markRead();
    render();
  }

  function takeAck(frame) {
    settle(frame.client_msg_id);
    state.fieldsWanted = false;
    delete kept.fields;
    keep();
    renderForm();
    render();
  }

  /// Acknowledged: stored for good at the other end.
  function settle(id) {
    var left = kept.pending.filter(function (pending) { return pending.client_msg_id !== id; });
    if (left.length === kept.pending.length) return;
    kept.pending = left;
    keep();
  }

  function takeError(frame) {
    var pending = find(frame.client_msg_id);
    if (!pending) return;
    var status = frame.error.status;
    if (status === 429 || status === 503) {
      setTimeout(resend, frame.error.retry_after_ms || 2000);
      return setStatus(status === 429 ? words.slow : words.offline);
    }
    pending.failed = frame.error.detail;
    if (status === 400 && /fields/.test(frame.error.detail)) {
      state.fieldsWanted = true;
      settle(pending.client_msg_id);
      input.value = pending.text || "";
      renderForm(frame.error.detail);
    }
    keep();
    render();
  }

  function find(id) {
    return kept.pending.filter(function (pending) { return pending.client_msg_id === id; })[0];
  }

  // What is sent: kept until it is acknowledged, sent again with the same id after every reconnection.

  function say(text, attachments) {
    var pending = { client_msg_id: uuid(), text: text, page: location.href };
    if (attachments && attachments.length) pending.attachments = attachments;
    if (state.fieldsWanted && kept.fields) pending.fields = kept.fields;
    kept.pending.push(pending);
    keep();
    render();
    transmit(pending);
    if (!state.socket && !state.polling) connect();
  }

  function transmit(pending) {
    var body = { client_msg_id: pending.client_msg_id, text: pending.text || "", page: pending.page };
    if (pending.attachments) body.attachments = pending.attachments.map(function (a) { return a.id; });
    if (pending.fields) body.fields = pending.fields;
    if (state.ready) return tell(Object.assign({ type: "message" }, body));
    if (!state.polling) return; // goes out with the next connection
    session().then(function () { return request("POST", "/messages", body); }).then(takeAck, function (error) {
      takeError({ client_msg_id: pending.client_msg_id, error: { status: error.status || 503, detail: error.message, retry_after_ms: error.retryAfterMs } });
    });
  }

  function resend() {
    kept.pending.forEach(function (pending) { if (!pending.failed) transmit(pending); });
  }

  function upload(file) {
    if (file.size > state.config.upload_bytes_max) return setStatus(words.tooLarge);
    var form = new FormData();
    form.append("file", file, file.name);
    state.uploading++;
    setStatus(words.sending);
    session().then(function () { return request("POST", "/upload", undefined, form); }).then(function (attachment) {
      setStatus("");
      say("", [attachment]);
    }, function (error) {
      setStatus(error.status === 413 ? words.tooLarge : error.status === 429 ? words.slow : words.refused);
    }).then(function () { state.uploading--; });
  }

  function markRead() {
    if (!kept.open || document.hidden || !state.conversation) return showUnread(unread());
    if (state.lastSeq > state.readSeq && unread() > 0) {
      state.readSeq = state.lastSeq;
      if (state.ready) tell({ type: "read", seq: state.readSeq });
      else if (state.polling) request("POST", "/read", { seq: state.readSeq }).catch(function () {});
    }
    showUnread(0);
  }

  function unread() {
    var count = 0;
    state.messages.forEach(function (message) { if (message.author.kind !== "visitor" && message.seq > state.readSeq) count++; });
    return count;
  }

  function typed() {
    if (!state.ready || Date.now() - state.typedAt < TYPING_EVERY_MS) return;
    state.typedAt = Date.now();
    tell({ type: "typing", on: true });
  }

  // The panel, in a shadow tree: the page's styles do not reach in, ours do not reach out.

  function element(tag, attributes, children) {
    var made = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      if (name === "text") made.textContent = attributes[name];
      else if (name.slice(0, 2) === "on") made.addEventListener(name.slice(2), attributes[name]);
      else if (attributes[name] !== false && attributes[name] !== undefined) made.setAttribute(name, attributes[name] === true ? "" : attributes[name]);
    });
    (children || []).forEach(function (child) { if (child) made.appendChild(child); });
    return made;
  }

  var STYLE = [
    ":host{all:initial}*{box-sizing:border-box;font:15px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}",
    ".bubble{position:fixed;right:20px;bottom:20px;width:60px;height:60px;border:0;border-radius:50%;background:var(--c);color:#fff;cursor:pointer;",
    "box-shadow:0 4px 16px rgba(0,0,0,.25);z-index:2147483000;display:flex;align-items:center;justify-content:center}",
    ".bubble:focus-visible,button:focus-visible,textarea:focus-visible,input:focus-visible,select:focus-visible{outline:3px solid #8ab4ff;outline-offset:2px}",
    ".badge{position:absolute;top:-4px;right:-4px;min-width:22px;height:22px;border-radius:11px;background:#d32f2f;color:#fff;font-size:13px;",
    "line-height:22px;text-align:center;padding:0 6px}.badge[hidden]{display:none}",
    ".panel{position:fixed;right:20px;bottom:92px;width:372px;height:min(600px,calc(100vh - 112px));background:#fff;color:#1c1e21;border-radius:14px;",
    "box-shadow:0 8px 40px rgba(0,0,0,.28);display:flex;flex-direction:column;overflow:hidden;z-index:2147483000}.panel[hidden]{display:none}",
    ".head{background:var(--c);color:#fff;padding:14px 16px;display:flex;align-items:center;gap:8px}.head h2{flex:1;margin:0;font-size:17px;font-weight:600}",
    ".head button{background:none;border:0;color:#fff;font-size:22px;line-height:1;cursor:pointer;padding:4px 8px}",
    ".log{flex:1;overflow-y:auto;padding:14px;display:flex;flex-direction:column;gap:6px;background:#f6f7f9}",
    ".m{max-width:82%;padding:8px 12px;border-radius:14px;white-space:pre-wrap;overflow-wrap:anywhere}",
    ".m.you{align-self:flex-end;background:var(--c);color:#fff;border-bottom-right-radius:4px}.m.them{align-self:flex-start;background:#fff;border:1px solid #e3e5e8;border-bottom-left-radius:4px}",
    ".m.waiting{opacity:.65}.m.gone{font-style:italic;opacity:.7}.who{font-size:12px;color:#65676b;margin:6px 4px 0}.meta{font-size:12px;color:#65676b;align-self:flex-end;margin:0 4px}",
    ".meta button{border:0;background:none;color:#b3261e;text-decoration:underline;cursor:pointer;font-size:12px;padding:0}",
    ".m img{display:block;max-width:100%;max-height:220px;border-radius:8px}.m a{color:inherit}.hint{color:#65676b;text-align:center;padding:4px 14px;font-size:13px;min-height:0}",
    ".earlier{align-self:center;border:0;background:none;color:#3a5a99;cursor:pointer;font-size:13px}",
    ".write{display:flex;align-items:flex-end;gap:6px;padding:10px;border-top:1px solid #e3e5e8;background:#fff}",
    ".write textarea{flex:1;resize:none;border:1px solid #ccd0d5;border-radius:12px;padding:8px 12px;max-height:120px;min-height:40px;background:#fff;color:inherit}",
    ".write button{border:0;background:none;color:var(--c);cursor:pointer;height:40px;min-width:40px;font-size:20px;display:flex;align-items:center;justify-content:center}",
    "form.ask{padding:16px;display:flex;flex-direction:column;gap:12px;overflow-y:auto;flex:1}form.ask[hidden]{display:none}form.ask label{display:flex;flex-direction:column;gap:4px;font-size:14px}",
    "form.ask label.consent{flex-direction:row;align-items:flex-start;gap:8px}form.ask input:not([type=checkbox]),form.ask select{border:1px solid #ccd0d5;border-radius:8px;padding:9px;background:#fff;color:inherit}",
    "form.ask button{background:var(--c);color:#fff;border:0;border-radius:10px;padding:11px;cursor:pointer;font-weight:600}.wrong{color:#b3261e;font-size:13px}",
    "@media(max-width:480px){.panel{right:0;bottom:0;width:100vw;height:100vh;height:100dvh;border-radius:0}.panel:not([hidden])~.bubble{display:none}}"
  ].join("");

  function icon(path) {
    var svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("width", "26");
    svg.setAttribute("height", "26");
    svg.setAttribute("fill", "currentColor");
    svg.setAttribute("aria-hidden", "true");
    var shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
    shape.setAttribute("d", path);
    svg.appendChild(shape);
    return svg;
  }

  var host = element("div", { "data-inboxd": "chat" });
  var root = host.attachShadow({ mode: "open" });
  var badge = element("span", { class: "badge", hidden: true });
  var title = element("h2", { text: words.title });
  var log = element("div", { class: "log", role: "log", "aria-live": "polite" });
  var hint = element("div", { class: "hint", role: "status" });
  var form = element("form", { class: "ask", hidden: true, novalidate: true, onsubmit: answerQuestions });
  var input = element("textarea", {
    rows: 1, placeholder: words.write, "aria-label": words.write, maxlength: 10000,
    oninput: function () { typed(); grow(); },
    onkeydown: function (event) {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    }
  });
  var picker = element("input", { type: "file", hidden: true, onchange: function () { if (picker.files[0]) upload(picker.files[0]); picker.value = ""; } });
  var clip = element("button", { type: "button", title: words.attach, "aria-label": words.attach, onclick: function () { picker.click(); } },
    [icon("M16.5 6v11.5a4 4 0 0 1-8 0V5a2.5 2.5 0 0 1 5 0v10.5a1 1 0 0 1-2 0V6H10v9.5a2.5 2.5 0 0 0 5 0V5a4 4 0 0 0-8 0v12.5a5.5 5.5 0 0 0 11 0V6z")]);
  var write = element("div", { class: "write" }, [clip, picker, input,
    element("button", { type: "button", class: "send", title: words.send, "aria-label": words.send, onclick: submit }, [icon("M2 21l21-9L2 3v7l15 2-15 2z")])]);
  var panel = element("div", { class: "panel", role: "dialog", "aria-label": words.title, hidden: true }, [
    element("div", { class: "head" }, [title, element("button", { type: "button", text: "×", title: words.close, "aria-label": words.close, onclick: close })]),
    log, form, hint, write]);
  var bubble = element("button", { type: "button", class: "bubble", title: words.open, "aria-label": words.open, "aria-expanded": "false",
    onclick: function () { kept.open ? close() : open(); } }, [icon("M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z"), badge]);
  panel.addEventListener("keydown", function (event) { if (event.key === "Escape") { close(); bubble.focus(); } });
  root.appendChild(element("style", { text: STYLE }));
  root.appendChild(panel);
  root.appendChild(bubble);

  function setStatus(text) { hint.textContent = text; }
  function grow() { input.style.height = "auto"; input.style.height = Math.min(120, input.scrollHeight + 2) + "px"; }
  function showUnread(count) {
    badge.textContent = count > 99 ? "99+" : String(count);
    badge.hidden = !count || !!kept.open;
  }

  function submit() {
    var text = input.value.trim();
    if (!text) return;
    input.value = "";
    grow();
    say(text);
  }

  function open() {
    kept.open = true;
    keep();
    panel.hidden = false;
    bubble.setAttribute("aria-expanded", "true");
    if (!state.socket && !state.polling) connect();
    markRead();
    render();
    if (form.hidden) input.focus();
  }

  function close() {
    kept.open = false;
    keep();
    panel.hidden = true;
    bubble.setAttribute("aria-expanded", "false");
    showUnread(unread());
  }

  // The questions before the first message.

  function renderForm(wrong) {
    var wanted = state.fieldsWanted && !kept.fields && state.config;
    if (wrong) { delete kept.fields; wanted = state.config; }
    form.hidden = !wanted;
    log.hidden = write.hidden = !!wanted;
    log.style.display = write.style.display = wanted ? "none" : "";
    if (!wanted) return;
    form.textContent = "";
    state.config.fields.forEach(function (field) {
      var label = (field.label || field.name) + (field.required ? " *" : "");
      var box;
      if (field.kind === "choice") {
        box = element("select", { name: field.name, required: field.required }, [element("option", { value: "", text: words.choose })].concat(
          field.options.map(function (option) { return element("option", { value: option, text: option }); })));
      } else {
        box = element("input", { name: field.name, required: field.required, maxlength: 500,
          type: field.kind === "consent" ? "checkbox" : field.kind === "email" ? "email" : field.kind === "phone" ? "tel" : "text" });
      }
      var caption = element("span", { text: label });
      form.appendChild(element("label", { class: field.kind }, field.kind === "consent" ? [box, caption] : [caption, box]));
    });
    form.appendChild(element("div", { class: "wrong", role: "alert", text: wrong || "" }));
    form.appendChild(element("button", { type: "submit", text: words.start }));
  }

  function answerQuestions(event) {
    event.preventDefault();
    if (!form.reportValidity()) return;
    var fields = {};
    Array.prototype.forEach.call(form.elements, function (box) {
      if (box.name) fields[box.name] = box.type === "checkbox" ? box.checked : box.value.trim();
    });
    kept.fields = fields;
    keep();
    renderForm();
    render();
    input.focus();
  }

  // Messages.

  function safeLink(url) {
    return /^https?:\/\//.test(url) || url.charAt(0) === "/" ? url : "#";
  }

  function showAttachment(attachment) {
    if (!attachment.url) return element("span", { text: attachment.name || words.file });
    var link = element("a", { href: safeLink(attachment.url), target: "_blank", rel: "noopener noreferrer" });
    if (/^image\/(png|jpeg|gif|webp)$/.test(attachment.mime)) link.appendChild(element("img", { src: safeLink(attachment.url), alt: attachment.name || "", onload: stickToEnd }));
    else link.textContent = "📎 " + (attachment.name || words.file);
    return link;
  }

  var atEnd = true;
  log.addEventListener("scroll", function () { atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40; });
  function stickToEnd() { if (atEnd) log.scrollTop = log.scrollHeight; }

  function render() {
    if (!state.config) return;
    var all = Array.from(state.messages.values()).sort(function (a, b) { return a.seq - b.seq; }).slice(-MESSAGES_SHOWN_MAX);
    log.textContent = "";
    if (state.firstSeq > 1) log.appendChild(element("button", { type: "button", class: "earlier", text: words.earlier, onclick: earlier }));
    if (state.config.appearance.greeting && !(state.firstSeq > 1))
      log.appendChild(element("div", { class: "m them", text: state.config.appearance.greeting }));
    var who = null, seen = null;
    all.forEach(function (message) {
      var mine = message.author.kind === "visitor";
      if (!mine && message.author.name && message.author.name !== who) log.appendChild(element("div", { class: "who", text: message.author.name }));
      who = mine ? null : message.author.name;
      log.appendChild(showMessage(message, mine));
      if (mine && message.seq <= state.agentReadSeq) seen = log.lastChild;
    });
    if (seen) seen.after(element("div", { class: "meta", text: words.seen }));
    kept.pending.forEach(function (pending) {
      log.appendChild(showMessage(pending, true, true));
      log.appendChild(element("div", { class: "meta" }, pending.failed ? [
        element("span", { text: words.failed + " · " }),
        element("button", { type: "button", text: words.again, onclick: function () { delete pending.failed; keep(); render(); transmit(pending); } })
      ] : [element("span", { text: words.sending })]));
    });
    stickToEnd();
    markReadBadge();
  }

  function markReadBadge() { if (!kept.open) showUnread(unread()); }

  function showMessage(message, mine, waiting) {
    var gone = !!message.deleted_at;
    var box = element("div", { class: "m " + (mine ? "you" : "them") + (waiting ? " waiting" : "") + (gone ? " gone" : "") });
    if (message.id) box.setAttribute("data-message", message.id);
    if (gone) box.textContent = words.removed;
    else if (message.text) box.textContent = message.text + (message.edited_at ? " (" + words.edited + ")" : "");
    (message.attachments || []).forEach(function (attachment) { box.appendChild(showAttachment(attachment)); });
    return box;
  }

  function earlier() {
    var before = state.firstSeq;
    session().then(function () { return request("GET", "/messages?limit=50&before=" + before); }).then(function (answer) {
      answer.items.forEach(function (item) {
        item.message.seq = item.seq;
        if (!state.messages.has(item.message.id)) state.messages.set(item.message.id, item.message);
        state.firstSeq = Math.min(state.firstSeq, item.seq);
      });
      if (!answer.items.length) state.firstSeq = 1;
      atEnd = false;
      render();
    }, function () {});
  }

  function showTyping(frame) {
    clearTimeout(state.typingTimer);
    if (!frame.on) return hideTyping();
    setStatus((frame.name || words.somebody) + " " + words.typing);
    state.typingTimer = setTimeout(hideTyping, frame.ttl_ms || 6000);
  }
  function hideTyping() {
    clearTimeout(state.typingTimer);
    if (hint.textContent.slice(-words.typing.length) === words.typing) setStatus("");
  }

  // The page's side.

  function disconnect() {
    state.generation++;
    clearTimeout(state.timer);
    if (state.socket) state.socket.close(1000);
    state.socket = null;
    state.ready = state.polling = false;
  }

  function identify(proof) {
    identity = proof || {};
    state.session = null;
    disconnect();
    if (kept.open || kept.visitorToken) connect();
  }

  function logout() {
    var done = state.session || kept.visitorToken ? session().then(function () { return request("DELETE", "/session"); }) : Promise.resolve();
    identity = {};
    return done.catch(function () {}).then(function () {
      disconnect();
      state.session = null;
      delete kept.visitorToken;
      delete kept.fields;
      forget();
      keep();
      if (kept.open) connect();
    });
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
      // Whoever was here before hears of answers; somebody new is nobody until they open the chat.
      if (options.open || kept.open) open();
      else if (kept.visitorToken || identity.userToken || identity.userId) connect();
    }, function () { setTimeout(start, BACKOFF_MAX_MS); });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
