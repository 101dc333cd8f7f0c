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
