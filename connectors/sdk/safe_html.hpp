// Makes HTML that a stranger wrote fit to be shown to an agent: what is not on the lists of safe_html.cpp is left out.
// Called by the API for a message's formatted form. Pure; its time and its result grow with the size of the input.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace inboxd::connectors {

/// HTML beyond this is cut.
inline constexpr std::size_t safe_html_bytes_max = std::size_t{4} * 1024 * 1024;

struct SafeHtmlOptions {
  /// The URL of the image with that Content-ID (without "<>"), empty where there is none. Images from elsewhere are
  /// never loaded: a place holder names their address.
  std::function<std::string(std::string_view content_id)> cid_url;
};

/// Well nested and escaped, with the tags, attributes and CSS properties of the lists only: no script, no form, nothing
/// loaded from outside. Links open elsewhere and tell nobody where they were. Text of other elements is kept, but that
/// of scripts, styles, objects and foreign content. Made safe again, it stays as it is, except images of cid_url.
std::string safe_html(std::string_view html, const SafeHtmlOptions& options);

/// The declarations of a style attribute that only change how text looks.
std::string safe_style(std::string_view style);

}  // namespace inboxd::connectors
