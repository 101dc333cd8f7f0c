// The tables, each for English, Italian, German, French, Spanish, Portuguese, Dutch, then what costs little more.
// ASCII letters are compared without case, others as they are usually written.
#include "connectors/email/text/phrases.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t introduction_bytes_min = 12;
constexpr std::size_t separator_bytes_max = 160;
constexpr std::size_t header_name_bytes_max = 40;
constexpr std::size_t device_line_bytes_max = 160;

constexpr std::string_view verbs[] = {"wrote",      "ha scritto", "schrieb", "a écrit",          "a ecrit", "escribió",
                                      "escribio",   "escreveu",   "schreef", "heeft geschreven", "skrev",   "kirjoitti",
                                      "napisał",    "napisal",    "a scris", "va escriure",      "yazdı",   "έγραψε",
                                      "пишет",      "писал",      "пише",    "написал",          "írta",    "написа",
                                      "je napisao", "geschreven"};
constexpr std::string_view beginnings[] = {"on ",   "il ",     "in data ", "am ",     "le ",    "el ",  "em ",
                                           "op ",   "den ",    "dne ",     "no dia ", "a las ", "ons ", "pe ",
                                           "dnia ", "w dniu ", "στις ",    "в ",      "på ",    "у "};
/// Some languages of Gmail have no verb: a date in their form, an address, a colon.
constexpr std::string_view wordless_dates[] = {"年", " г. в ", "년"};

constexpr std::string_view originals[] = {
    "original message",       "messaggio originale",     "messaggio originario",  "ursprüngliche nachricht",
    "originalnachricht",      "original-nachricht",      "message d'origine",     "message d’origine",
    "message original",       "message initial",         "mensaje original",      "mensagem original",
    "oorspronkelijk bericht", "ursprungligt meddelande", "oprindelig meddelelse", "opprinnelig melding",
    "alkuperäinen viesti",    "wiadomość oryginalna",    "oryginalna wiadomość",  "pierwotna wiadomość",
    "původní zpráva",         "pôvodná správa",          "исходное сообщение",    "eredeti üzenet",
    "mesaj original",         "missatge original",       "orijinal mesaj",        "izvorna poruka",
    "αρχικό μήνυμα",          "original e-mail",         "original appointment",  "reply message",
    "messaggio precedente"};
constexpr std::string_view forwards[] = {
    "forwarded message",          "messaggio inoltrato",        "weitergeleitete nachricht",
    "weitergeleitete mail",       "message transféré",          "message transmis",
    "mensaje reenviado",          "mensagem encaminhada",       "mensagem reencaminhada",
    "doorgestuurd bericht",       "vidarebefordrat meddelande", "videresendt meddelelse",
    "videresendt melding",        "välitetty viesti",           "wiadomość przekazana",
    "przekazana wiadomość",       "přeposlaná zpráva",          "пересылаемое сообщение",
    "továbbított üzenet",         "missatge reenviat",          "begin forwarded message",
    "inizio messaggio inoltrato", "début du message transféré", "anfang der weitergeleiteten"};

struct HeaderName {
  std::string_view name;
  HeaderLine line;
};
constexpr HeaderName header_names[] = {{"from", HeaderLine::from},
                                       {"da", HeaderLine::from},
                                       {"von", HeaderLine::from},
                                       {"de", HeaderLine::from},
                                       {"van", HeaderLine::from},
                                       {"från", HeaderLine::from},
                                       {"fra", HeaderLine::from},
                                       {"lähettäjä", HeaderLine::from},
                                       {"od", HeaderLine::from},
                                       {"от", HeaderLine::from},
                                       {"de la", HeaderLine::from},
                                       {"feladó", HeaderLine::from},
                                       {"kimden", HeaderLine::from},
                                       {"από", HeaderLine::from},
                                       {"mittente", HeaderLine::from},
                                       {"expéditeur", HeaderLine::from},
                                       {"remitente", HeaderLine::from},
                                       {"差出人", HeaderLine::from},
                                       {"发件人", HeaderLine::from},
                                       {"寄件者", HeaderLine::from},
                                       {"sent", HeaderLine::date},
                                       {"date", HeaderLine::date},
                                       {"inviato", HeaderLine::date},
                                       {"data", HeaderLine::date},
                                       {"gesendet", HeaderLine::date},
                                       {"datum", HeaderLine::date},
                                       {"envoyé", HeaderLine::date},
                                       {"enviado", HeaderLine::date},
                                       {"enviado el", HeaderLine::date},
                                       {"enviada em", HeaderLine::date},
                                       {"enviado em", HeaderLine::date},
                                       {"enviada", HeaderLine::date},
                                       {"fecha", HeaderLine::date},
                                       {"verzonden", HeaderLine::date},
                                       {"skickat", HeaderLine::date},
                                       {"sendt", HeaderLine::date},
                                       {"dato", HeaderLine::date},
                                       {"lähetetty", HeaderLine::date},
                                       {"wysłano", HeaderLine::date},
                                       {"odesláno", HeaderLine::date},
                                       {"отправлено", HeaderLine::date},
                                       {"дата", HeaderLine::date},
                                       {"trimis", HeaderLine::date},
                                       {"elküldve", HeaderLine::date},
                                       {"tarih", HeaderLine::date},
                                       {"送信日時", HeaderLine::date},
                                       {"发送时间", HeaderLine::date},
                                       {"inviato il", HeaderLine::date},
                                       {"date d'envoi", HeaderLine::date},
                                       {"envoyé le", HeaderLine::date},
                                       {"to", HeaderLine::to},
                                       {"a", HeaderLine::to},
                                       {"an", HeaderLine::to},
                                       {"à", HeaderLine::to},
                                       {"para", HeaderLine::to},
                                       {"aan", HeaderLine::to},
                                       {"till", HeaderLine::to},
                                       {"til", HeaderLine::to},
                                       {"vastaanottaja", HeaderLine::to},
                                       {"do", HeaderLine::to},
                                       {"komu", HeaderLine::to},
                                       {"кому", HeaderLine::to},
                                       {"către", HeaderLine::to},
                                       {"címzett", HeaderLine::to},
                                       {"kime", HeaderLine::to},
                                       {"destinatario", HeaderLine::to},
                                       {"宛先", HeaderLine::to},
                                       {"收件人", HeaderLine::to},
                                       {"subject", HeaderLine::subject},
                                       {"oggetto", HeaderLine::subject},
                                       {"betreff", HeaderLine::subject},
                                       {"objet", HeaderLine::subject},
                                       {"asunto", HeaderLine::subject},
                                       {"assunto", HeaderLine::subject},
                                       {"onderwerp", HeaderLine::subject},
                                       {"ämne", HeaderLine::subject},
                                       {"emne", HeaderLine::subject},
                                       {"aihe", HeaderLine::subject},
                                       {"temat", HeaderLine::subject},
                                       {"předmět", HeaderLine::subject},
                                       {"тема", HeaderLine::subject},
                                       {"subiect", HeaderLine::subject},
                                       {"tárgy", HeaderLine::subject},
                                       {"konu", HeaderLine::subject},
                                       {"件名", HeaderLine::subject},
                                       {"主题", HeaderLine::subject},
                                       {"cc", HeaderLine::copy},
                                       {"kopie", HeaderLine::copy},
                                       {"kopia", HeaderLine::copy},
                                       {"copia", HeaderLine::copy},
                                       {"копия", HeaderLine::copy},
                                       {"抄送", HeaderLine::copy}};

constexpr std::string_view device_beginnings[] = {"sent from my ",
                                                  "sent from mail for ",
                                                  "sent from outlook",
                                                  "sent from yahoo",
                                                  "sent from samsung",
                                                  "sent from proton",
                                                  "sent from gmail",
                                                  "sent from aol",
                                                  "sent via ",
                                                  "sent with ",
                                                  "get outlook for ",
                                                  "sent from the ",
                                                  "sent using ",
                                                  "inviato da ",
                                                  "inviato dal mio ",
                                                  "inviato dall'",
                                                  "inviato dall’",
                                                  "scarica outlook per ",
                                                  "ottieni outlook per ",
                                                  "inviato con ",
                                                  "von meinem ",
                                                  "gesendet von ",
                                                  "gesendet mit ",
                                                  "diese nachricht wurde von mein",
                                                  "outlook für ",
                                                  "holen sie sich outlook für ",
                                                  "envoyé de ",
                                                  "envoyé depuis ",
                                                  "envoyé à partir de ",
                                                  "envoyé avec ",
                                                  "télécharger outlook pour ",
                                                  "obtenir outlook pour ",
                                                  "enviado desde ",
                                                  "enviado con ",
                                                  "obtener outlook para ",
                                                  "descargar outlook para ",
                                                  "enviado do meu ",
                                                  "enviado de ",
                                                  "enviado a partir do ",
                                                  "enviado via ",
                                                  "enviado pelo ",
                                                  "obter o outlook para ",
                                                  "verzonden vanaf ",
                                                  "verstuurd vanaf ",
                                                  "verzonden met ",
                                                  "verstuurd met ",
                                                  "outlook voor ",
                                                  "skickat från ",
                                                  "hämta outlook för ",
                                                  "sendt fra ",
                                                  "hent outlook ",
                                                  "lähetetty ",
                                                  "wysłane z ",
                                                  "wysłano z ",
                                                  "odesláno z ",
                                                  "odoslané z ",
                                                  "отправлено с ",
                                                  "отправлено из ",
                                                  "trimis de pe ",
                                                  "enviat des ",
                                                  "elküldve: ",
                                                  "envoyé par "};

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// ASCII letters small, no-break spaces as spaces, none at either end.
std::string plain(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  for (std::size_t at = 0; at < line.size(); ++at) {
    char c = line[at];
    if (line.substr(at, 2) == "\xC2\xA0") c = ' ', ++at;
    if (line.substr(at, 3) == "\xE2\x80\xAF") c = ' ', at += 2;
    if (is_white(c) && (out.empty() || out.back() == ' ')) continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  while (!out.empty() && is_white(out.back())) out.pop_back();
  return out;
}

/// Without the signs that formatting and separators stand in.
std::string_view without(std::string_view text, std::string_view signs) {
  const auto begin = text.find_first_not_of(signs);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(signs) + 1 - begin);
}

template <std::size_t Count>
bool contains_one(std::string_view text, const std::string_view (&words)[Count]) {
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

/// Of the date; an address may have some of its own.
bool has_digit_outside_address(std::string_view text) {
  bool inside = false;
  for (const char c : text) {
    if (c == '<' || c == '>') inside = c == '<';
    if (!inside && c >= '0' && c <= '9') return true;
  }
  return false;
}

template <std::size_t Count>
bool is_separator(std::string_view line, const std::string_view (&words)[Count]) {
  if (line.size() > separator_bytes_max) return false;
  const std::string text = plain(line);
  const std::string_view inside = without(text, "-_*=>:. \t");
  const bool dashed = text.starts_with("--") || text.starts_with("__") || text.starts_with("==");
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return inside == word || (dashed && inside.starts_with(word)); });
}

}  // namespace

bool may_end_introduction(std::string_view line) {
  while (!line.empty() && (is_white(line.back()) || line.back() == '*' || line.back() == '_')) line.remove_suffix(1);
  while (line.ends_with("\xC2\xA0")) line.remove_suffix(2);
  return line.size() <= introduction_bytes_max &&
         (line.ends_with(':') || line.ends_with("：") || line.ends_with(": >"));
}

bool is_introduction(std::string_view line) {
  if (line.size() < introduction_bytes_min || line.size() > introduction_bytes_max) return false;
  if (!may_end_introduction(line) || !has_digit_outside_address(line)) return false;
  const std::string text = plain(line);
  if (contains_one(text, verbs)) return true;
  return text.find('@') != std::string::npos && contains_one(text, wordless_dates);
}

bool begins_introduction(std::string_view line) {
  const std::string text = plain(line.substr(0, introduction_bytes_max));
  const std::string_view words = without(text, "*_>- ");
  return std::any_of(std::begin(beginnings), std::end(beginnings),
                     [&](std::string_view beginning) { return words.starts_with(beginning); });
}

bool is_original_separator(std::string_view line) { return is_separator(line, originals); }

bool is_forward_separator(std::string_view line) { return is_separator(line, forwards); }

HeaderLine header_line(std::string_view line) {
  const std::string_view beginning = line.substr(0, header_name_bytes_max);
  std::size_t colon = std::min(beginning.find(':'), beginning.find("："));
  if (colon == std::string_view::npos) return HeaderLine::none;
  const std::string text = plain(beginning.substr(0, colon));
  const std::string_view name = without(text, "*_ ");
  const auto* found = std::find_if(std::begin(header_names), std::end(header_names),
                                   [&](const HeaderName& one) { return one.name == name; });
  return found == std::end(header_names) ? HeaderLine::none : found->line;
}

bool is_signature_separator(std::string_view line) {
  while (!line.empty() && is_white(line.back())) line.remove_suffix(1);
  return line == "--" || line == "\xE2\x80\x94";
}

bool is_device_line(std::string_view line) {
  if (line.size() > device_line_bytes_max) return false;
  const std::string text = plain(line);
  const std::string_view words = without(text, "-_*[(<> ");
  return std::any_of(std::begin(device_beginnings), std::end(device_beginnings),
                     [&](std::string_view beginning) { return words.starts_with(beginning); });
}

}  // namespace inboxd::connectors::email
