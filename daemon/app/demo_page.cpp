// One page, written out. The daemon itself serves the widget that it loads.
#include "daemon/app/demo_page.hpp"

namespace inboxd::app {
namespace {

constexpr auto page = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bottega Verde</title>
<style>
body { margin: 0; font: 17px/1.6 Georgia, serif; color: #23302a; background: #fbfaf6; }
header { background: #0a7d4f; color: #fff; padding: 3rem 1.5rem; text-align: center; }
header h1 { margin: 0; font-size: 2.4rem; font-weight: 400; }
main { max-width: 42rem; margin: 2rem auto; padding: 0 1.5rem; }
.note { border-left: 4px solid #0a7d4f; background: #eef6f1; padding: .8rem 1.2rem; font: 15px/1.5 system-ui, sans-serif; }
</style>
</head>
<body>
<header><h1>Bottega Verde</h1><p>Plants and pots, delivered to your door</p></header>
<main>
<p class="note">You are a customer here. Open the chat in the corner and write; an agent answers with the lines that
the demo printed, or from any client of the API. Reload the page, or close it and come back: the conversation is
still there.</p>
<h2>Lemon trees are back</h2>
<p>From our greenhouse on the lake: potted lemons of three years, in flower now.</p>
</main>
<script src="/chat/website/widget.js" defer></script>
</body>
</html>
)html";

}  // namespace

std::string demo_page_inbox(const std::string& origin) {
  // Browsers name the page by what was typed: 127.0.0.1 and localhost are two origins.
  const auto port = origin.substr(origin.rfind(':'));
  return "\n[[inbox]]\nname = \"website\"\nconnector = \"webchat\"\nallowed_origins = [\"" + origin +
         "\", \"http://localhost" + port +
         "\"]\ntitle = \"Bottega Verde\"\ngreeting = \"Hello! How can we help?\"\ncolor = \"#0a7d4f\"\n";
}

void add_demo_page(http::Router& router) {
  router.add("GET", demo_page_path, {}, [](const http::Request&, const http::Responder& respond) {
    respond({200, {{"Content-Type", "text/html; charset=utf-8"}}, page, nullptr});
  });
}

}  // namespace inboxd::app
