// The lists. A value that does not have its attribute's form is left out, never mended.
#include "connectors/sdk/safe_attributes.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "connectors/sdk/rich_text.hpp"
#include "connectors/sdk/safe_html.hpp"

namespace inboxd::connectors {
namespace {

constexpr std::size_t url_bytes_max = 4096;
constexpr std::size_t text_bytes_max = 1024;
constexpr std::size_t word_bytes_max = 64;
constexpr std::size_t style_bytes_max = 8192;
/// A picture inside the HTML itself.
constexpr std::size_t data_bytes_max = std::size_t{1024} * 1024;

enum class Form { text, word, number };

struct AllowedAttribute {
  std::string_view name;
  Form form;
};
constexpr AllowedAttribute attributes[] = {
    {"align", Form::word},         {"valign", Form::word},    {"dir", Form::word},       {"lang", Form::word},
    {"bgcolor", Form::word},       {"color", Form::word},     {"face", Form::text},      {"size", Form::word},
    {"width", Form::number},       {"height", Form::number},  {"border", Form::number},  {"cellpadding", Form::number},
    {"cellspacing", Form::number}, {"colspan", Form::number}, {"rowspan", Form::number}, {"span", Form::number},
    {"start", Form::number},       {"value", Form::number},   {"type", Form::word},      {"nowrap", Form::word},
    {"title", Form::text},         {"alt", Form::text},       {"scope", Form::word},     {"hspace", Form::number},
    {"vspace", Form::number},      {"reversed", Form::word},  {"datetime", Form::word}};

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool has_form(std::string_view value, Form form) {
  switch (form) {
    case Form::text:
      return value.size() <= text_bytes_max;
    case Form::word:
      return value.size() <= word_bytes_max && std::all_of(value.begin(), value.end(), [](char c) {
               return is_alphanumeric(c) || c == '#' || c == '-' || c == '+' || c == ':' || c == '.';
             });
    case Form::number:
      return value.size() <= word_bytes_max && std::all_of(value.begin(), value.end(), [](char c) {
               return (c >= '0' && c <= '9') || c == '.' || c == '%' || c == 'p' || c == 'x' || c == '*';
             });
  }
  return false;
}

void write(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "=\"";
  escape_attribute(value, out);
  out += '"';
}

void write_link(const HtmlToken& token, std::string& out) {
  const HtmlAttribute* href = token.attribute("href");
  if (href == nullptr) return;
  const std::string url = url_of(href->value);
  if (!safe_link(url)) return;
  write(out, "href", url);
  out += " rel=\"noopener noreferrer nofollow\" target=\"_blank\"";
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int high = text[at] == '%' && at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[at + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace

void write_safe_attributes(const HtmlToken& token, std::string& out) {
  if (token.name == "a") write_link(token, out);
  if (const HtmlAttribute* name = token.attribute("class"); name != nullptr && name->value == remote_image_class)
    write(out, "class", remote_image_class);
  for (const auto& allowed : attributes) {
    const HtmlAttribute* attribute = token.attribute(allowed.name);
    if (attribute == nullptr || attribute->value.size() > url_bytes_max) continue;
    const std::string value = decode_attribute(attribute->value);
    // The place holder's title is an address, which may be longer.
    const bool address = allowed.name == "title" && token.name == "span";
    if (has_form(value, allowed.form) || (address && value.size() <= url_bytes_max)) write(out, allowed.name, value);
  }
  const HtmlAttribute* style = token.attribute("style");
  if (style == nullptr || style->value.size() > style_bytes_max) return;
  const std::string safe = safe_style(decode_attribute(style->value));
  if (!safe.empty()) write(out, "style", safe);
}

void escape_text(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
}

void escape_attribute(std::string_view value, std::string& out) {
  for (const char c : value) {
    if (c == '"') {
      out += "&quot;";
    } else if (c == '`') {
      out += "&#96;";
    } else {
      escape_text({&c, 1}, out);
    }
  }
}

std::string url_of(std::string_view written) {
  if (written.size() > data_bytes_max) return {};
  std::string url = decode_attribute(written);
  std::erase_if(url, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
  url.erase(0, std::min(url.find_first_not_of(' '), url.size()));
  url.erase(url.find_last_not_of(' ') + 1);
  if (url.size() > url_bytes_max && !is_image_data(url)) return {};
  return url;
}

std::optional<std::string> content_id_of(std::string_view url) {
  constexpr std::string_view scheme = "cid:";
  if (lower(url.substr(0, scheme.size())) != scheme) return std::nullopt;
  return percent_decoded(url.substr(scheme.size()));
}

bool is_image_data(std::string_view url) {
  constexpr std::array<std::string_view, 5> beginnings = {"data:image/png;base64,", "data:image/jpeg;base64,",
                                                          "data:image/jpg;base64,", "data:image/gif;base64,",
                                                          "data:image/webp;base64,"};
  const auto found = std::find_if(beginnings.begin(), beginnings.end(),
                                  [&](std::string_view one) { return lower(url.substr(0, one.size())) == one; });
  if (found == beginnings.end()) return false;
  const std::string_view bytes = url.substr(found->size());
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return is_alphanumeric(c) || c == '+' || c == '/' || c == '='; });
}

bool is_remote(std::string_view url) {
  const std::string beginning = lower(url.substr(0, 8));
  return beginning.starts_with("http://") || beginning.starts_with("https://") || beginning.starts_with("//");
}

bool is_tracker(const HtmlToken& image) {
  const auto tiny = [&](std::string_view name) {
    const HtmlAttribute* attribute = image.attribute(name);
    return attribute != nullptr && (attribute->value == "0" || attribute->value == "1" || attribute->value == "0px" ||
                                    attribute->value == "1px");
  };
  return tiny("width") || tiny("height");
}

}  // namespace inboxd::connectors
