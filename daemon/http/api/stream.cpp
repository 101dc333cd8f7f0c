#include "daemon/http/api/stream.hpp"

#include <algorithm>

#include "daemon/http/api/stream_session.hpp"

namespace inboxd::http {
namespace {

/// As browsers write it (RFC 6454, section 6.1): lower case, the scheme's own port left out.
std::string normal_origin(std::string_view origin) {
  std::string text(origin);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  const std::string_view port = text.starts_with("https:") ? ":443" : ":80";
  if (text.ends_with(port)) text.resize(text.size() - port.size());
  return text;
}

/// No Origin: a program. With one, a page, and only ours may: else any site could use a token that it got hold of.
bool origin_allowed(const Request& request, const std::string& public_origin) {
  const auto origin = request.header("origin");
  return origin.empty() || normal_origin(origin) == normal_origin(public_origin);
}

}  // namespace

void add_stream_route(Router& router, const StreamSurroundings& surroundings) {
  LiveOptions options;
  options.subprotocols = {"inboxd.v1"};
  options.frame_max = surroundings.limits.frame_max;
  router.add_live("/v1/stream", options, [&surroundings](const Request& request) -> LiveVerdict {
    if (!origin_allowed(request, surroundings.public_origin))
      return {{}, problem(forbidden("pages of this origin may not use the stream; public_url names the one that may"))};
    return {[&surroundings](LiveConnection& connection) -> std::unique_ptr<LiveSession> {
              return std::make_unique<StreamSession>(surroundings, connection);
            },
            {}};
  });
}

}  // namespace inboxd::http
