// Every parser of outside bytes as a function that must survive any bytes and keep what it promises. Called by
// libFuzzer and by the replay of corpora; a target keeps no state between two calls.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace inboxd::fuzz {

struct Target {
  std::string name;
  std::function<void(std::string_view bytes)> run;
};

/// All of them; two for each channel there is.
std::vector<Target> targets();

/// Ends the process, saying what was promised, when it does not hold.
void promise(bool holds, const char* what);

void webhook_of(std::string_view channel, std::string_view bytes);
void answer_to(std::string_view channel, std::string_view bytes);
void inbound_json(std::string_view bytes);
void stored_json(std::string_view bytes);
void client_frame(std::string_view bytes);
void http_target(std::string_view bytes);
void http_request(std::string_view bytes);
void header_parameters(std::string_view bytes);
void multipart(std::string_view bytes);
void config_file(std::string_view bytes);
void tokens(std::string_view bytes);
void rich_text(std::string_view bytes);
void telegram_entities(std::string_view bytes);
void addresses(std::string_view bytes);
void forwarded_for(std::string_view bytes);
void live_frame(std::string_view bytes);
void visitor_token(std::string_view bytes);
void content_type(std::string_view bytes);
void mail(std::string_view bytes);
void mail_header(std::string_view bytes);
void imap_responses(std::string_view bytes);
void lmtp_session(std::string_view bytes);
void mbox(std::string_view bytes);
void safe_html(std::string_view bytes);
void split_text(std::string_view bytes);
void split_html(std::string_view bytes);

}  // namespace inboxd::fuzz
