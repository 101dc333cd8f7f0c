// Which mails a program wrote, by each mark that there is.
#include "connectors/email/mail/automation.hpp"

#include "connectors/email/token.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_mail.hpp"

using namespace inboxd;
using namespace inboxd::connectors::email;

namespace {

Automation of(const std::string& header, const std::string& context = "") {
  const bool from = header.starts_with("From:");
  return message_of((from ? "" : "From: a@b.example\n") + header + "\n\n--b\n\nx\n", context).automation;
}

}  // namespace

TEST_CASE("email automation: a person's mail is nobody else's") {
  CHECK(of("Subject: hello") == Automation::none);
  CHECK(of("Auto-Submitted: no") == Automation::none);
  CHECK(of("Return-Path: <a@b.example>") == Automation::none);
  CHECK(of("X-Auto-Response-Suppress: DR, RN, NRN") == Automation::none);
  CHECK(of("Subject: I am not out of office: call me") == Automation::none);
}

TEST_CASE("email automation: an answer that a program gave") {
  for (const std::string header :
       {"Auto-Submitted: auto-replied", "auto-submitted: Auto-Replied (vacation)", "X-Autoreply: yes",
        "X-Autorespond: x", "Precedence: auto_reply", "Subject: Automatic reply: x",
        "Subject: =?utf-8?Q?R=C3=A9ponse_automatique?= : x", "Subject: Automatische Antwort: x",
        "Subject: Risposta automatica: x",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b"}) {
    INFO(header);
    CHECK(of(header) == Automation::reply);
  }
  const auto ours = message_id(options().signing_key, "17", "shop.example");
  CHECK(of("Precedence: bulk\nIn-Reply-To: " + ours) == Automation::reply);
  CHECK(of("Auto-Submitted: auto-generated\nIn-Reply-To: " + ours) == Automation::reply);
}

TEST_CASE("email automation: what machines send by themselves, lists, and ourselves") {
  for (const std::string header :
       {"Auto-Submitted: auto-generated", "Return-Path: <>", "Precedence: bulk", "Precedence: list", "List-Id: <x>",
        "List-Unsubscribe: <mailto:x>", "X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress: DR, OOF",
        "X-Loop: x", "Feedback-ID: 1:2", "From: MAILER-DAEMON@b.example", "From: no-reply@b.example",
        "From: bounces+1@b.example", "From: postmaster@b.example", "From: Support@shop.example",
        "From: sales@shop.example", "Content-Type: multipart/report; report-type=feedback-report; boundary=b"}) {
    INFO(header);
    CHECK(of(header) == Automation::notice);
  }
  CHECK(of("Subject: x", R"({"envelope_from":""})") == Automation::notice);
  CHECK(of("Subject: x", R"({"envelope_from":"a@b.example"})") == Automation::none);
}
