// Reads HTML with another parser than the one that wrote it, and says what in it must not be shown to an agent. Used by
// the tests and the fuzz target of safe_html().
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gumbo.h>

namespace inboxd {

namespace shown_html {

struct DestroyTree {
  void operator()(GumboOutput* output) const { gumbo_destroy_output(&kGumboDefaultOptions, output); }
};

inline bool lists(std::string_view words, std::string_view word) {
  return (' ' + std::string(words) + ' ').find(' ' + std::string(word) + ' ') != std::string::npos;
}

inline std::string wrong_attribute(const GumboAttribute& attribute) {
  const std::string name = attribute.name;
  const std::string value = attribute.value;
  const auto begins = [&](std::string_view with) { return value.starts_with(with); };
  if (!lists(
          "align valign dir lang bgcolor color face size width height border cellpadding cellspacing colspan rowspan "
          "span start value type nowrap title alt scope hspace vspace reversed datetime style class href src rel "
          "target",
          name))
    return "attribute " + name;
  std::string small = value;
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const bool link = small.starts_with("http://") || small.starts_with("https://") || small.starts_with("mailto:") ||
                    small.starts_with("tel:");
  if (name == "href" && !link) return "link to " + value;
  if (name == "src" && !small.starts_with("data:image/") && !begins("https://inbox.example.com/media/"))
    return "image from " + value;
  if (name == "class" && value != "remote-image") return "class " + value;
  if (name == "style")
    for (const std::string_view word :
         {"url", "expression(", "@", "\\", "/*", "position", "behavior", "javascript", "<", "{"})
      if (small.find(word) != std::string::npos && (word != "url" || small.find("url(") != std::string::npos))
        return "style " + value;
  return {};
}

inline std::string wrong_element(const GumboElement& element) {
  const std::string name = gumbo_normalized_tagname(element.tag);
  if (element.tag == GUMBO_TAG_UNKNOWN || element.tag_namespace != GUMBO_NAMESPACE_HTML) return "an unknown element";
  if (lists(
          "script style iframe frame frameset object embed applet svg math template noscript form input button select "
          "textarea title link meta base audio video source xmp plaintext noembed noframes isindex keygen marquee "
          "layer",
          name))
    return "element " + name;
  for (unsigned at = 0; at < element.attributes.length; ++at) {
    auto wrong = wrong_attribute(*static_cast<const GumboAttribute*>(element.attributes.data[at]));
    if (!wrong.empty()) return wrong + " of " + name;
  }
  return {};
}

}  // namespace shown_html

/// The first thing that must not be there; empty where all is well. Own images are at https://inbox.example.com/media/.
inline std::string unsafe_in(std::string_view html) {
  const std::unique_ptr<GumboOutput, shown_html::DestroyTree> tree(
      gumbo_parse_with_options(&kGumboDefaultOptions, html.data(), html.size()));
  std::vector<const GumboNode*> waiting{tree->root};
  while (!waiting.empty()) {
    const GumboNode& node = *waiting.back();
    waiting.pop_back();
    if (node.type == GUMBO_NODE_COMMENT) return "a comment";
    if (node.type == GUMBO_NODE_TEMPLATE) return "a template";
    if (node.type != GUMBO_NODE_ELEMENT) continue;
    auto wrong = shown_html::wrong_element(node.v.element);
    if (!wrong.empty()) return wrong;
    for (unsigned at = 0; at < node.v.element.children.length; ++at)
      waiting.push_back(static_cast<const GumboNode*>(node.v.element.children.data[at]));
  }
  return {};
}

}  // namespace inboxd
