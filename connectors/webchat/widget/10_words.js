// What the page gives, what the server lets us choose, and the words people read. The files of this folder are joined in the
// order of their names into one script, inside one function: see README.md.

var script = document.currentScript;
var options = window.inboxdChat || {};
var source = (script && script.src) || options.server || "";
var base = options.server && options.inbox ? options.server.replace(/\/$/, "") + "/chat/" + options.inbox : source.replace(/\/widget\.js.*$/, "");

var STORE = "inboxd:" + base;
var BACKOFF_MIN_MS = 500, BACKOFF_MAX_MS = 30000;
var REFUSED_RETRY_MS = 300000; // what somebody has to mend is asked for seldom, and never given up
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
