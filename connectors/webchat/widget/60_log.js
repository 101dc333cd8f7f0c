// Messages as people see them. Text is set by textContent only, never as markup.

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
