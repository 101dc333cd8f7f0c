// The connection: a socket, and the long poll where none comes through. Back-off with jitter; resumes by sequence.

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
    if (refused(error)) return later(REFUSED_RETRY_MS, words.unavailable);
    later(error.retryAfterMs);
  });
}

/// By the proof, the page or the inbox: only a person can mend it.
function refused(error) { return error.status === 401 || error.status === 403 || error.status === 404; }

function later(hint, status) {
  setStatus(status || words.offline);
  clearTimeout(state.timer);
  state.timer = setTimeout(connect, hint || pause());
}

/// Twice as long each time, and never all pages at once.
function pause() {
  return Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * Math.pow(2, state.attempts++)) * (0.5 + Math.random() / 2);
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
    if (event.code === 4403) return later(REFUSED_RETRY_MS, words.unavailable);
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
    if (!error.status) state.failures = 0; // nobody is there: sockets are not what is missing
    state.polling = false;
    later(error.retryAfterMs);
  });
}

function tell(frame) {
  if (state.ready && state.socket) state.socket.send(JSON.stringify(frame));
}
