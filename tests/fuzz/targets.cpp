#include "tests/fuzz/targets.hpp"

#include <cstdio>
#include <cstdlib>

#include "connectors/sdk/factory.hpp"

namespace inboxd::fuzz {

void promise(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not kept: %s\n", what);
  std::abort();
}

std::vector<Target> targets() {
  std::vector<Target> all{
      {"inbound_json", inbound_json},
      {"stored_json", stored_json},
      {"client_frame", client_frame},
      {"http_target", http_target},
      {"http_request", http_request},
      {"header_parameters", header_parameters},
      {"multipart", multipart},
      {"config_file", config_file},
      {"tokens", tokens},
      {"rich_text", rich_text},
      {"telegram_entities", telegram_entities},
      {"addresses", addresses},
      {"forwarded_for", forwarded_for},
      {"live_frame", live_frame},
      {"visitor_token", visitor_token},
      {"content_type", content_type},
      {"mail", mail},
      {"mail_header", mail_header},
      {"imap_responses", imap_responses},
      {"lmtp_session", lmtp_session},
      {"mbox", mbox},
      {"safe_html", safe_html},
      {"split_text", split_text},
      {"split_html", split_html},
  };
  for (const auto& channel : connectors::channels()) {
    const std::string name(channel.name);
    all.push_back({"webhook_" + name, [name](std::string_view bytes) { webhook_of(name, bytes); }});
    all.push_back({"answer_" + name, [name](std::string_view bytes) { answer_to(name, bytes); }});
  }
  return all;
}

}  // namespace inboxd::fuzz
