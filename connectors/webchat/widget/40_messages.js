// What arrives and what is sent. A message is kept until it is acknowledged, and sent again with the same id.

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
  var pending = { client_msg_id: uuid(), text: text, page: location.href, tab: TAB };
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
