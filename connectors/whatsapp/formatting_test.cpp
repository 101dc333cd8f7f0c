// An agent's formatting arrives as WhatsApp's marks, which work only against text and within a line.
#include "connectors/whatsapp/formatting.hpp"

#include "tests/support/catch.hpp"

using inboxd::Outbound;
using inboxd::connectors::whatsapp::marked_up;

namespace {

std::string of(const std::string& html) {
  Outbound out;
  out.text = "plain";
  out.html = html;
  return marked_up(out).value();
}

}  // namespace

TEST_CASE("whatsapp formatting: each style has its mark") {
  CHECK(of("<b>a</b> <i>b</i> <s>c</s> <u>d</u> <code>e</code>") == "*a* _b_ ~c~ d ```e```");
  CHECK(of("<b>a <i>b</i></b> c") == "*a _b_* c");
  CHECK(of("<pre>x\n  y</pre>") == "```x\n  y```");
  CHECK(of("<blockquote>q<br>r</blockquote>after") == "> q\n> r\nafter");
  CHECK(of("") == "plain");
}

TEST_CASE("whatsapp formatting: marks stop at line ends and hug their text") {
  CHECK(of("<b>a<br>b</b>") == "*a*\n*b*");
  CHECK(of("x<b> y </b>z") == "x *y* z");
  CHECK(of("<b> </b>x") == "x");
}

TEST_CASE("whatsapp formatting: a link's address follows its text unless the text says it") {
  CHECK(of("<a href=\"https://x.test/a\">here</a>") == "here (https://x.test/a)");
  CHECK(of("<a href=\"https://x.test\">https://x.test</a>") == "https://x.test");
  CHECK(of("<a href=\"mailto:a@x.test\">a@x.test</a>") == "a@x.test");
}

TEST_CASE("whatsapp formatting: nothing is marked inside code") {
  CHECK(of("<code>a <b>b</b></code>") == "```a b```");
  CHECK(of("<b><code>a</code></b>") == "*```a```*");
}
