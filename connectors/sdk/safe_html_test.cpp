// Attacks on safe_html(), read again by another parser, and what it keeps of a letter.
#include "connectors/sdk/safe_html.hpp"

#include <ctime>

#include "tests/support/catch.hpp"
#include "tests/support/shown_html.hpp"

namespace inboxd::connectors {
namespace {

using namespace std::string_literals;

std::string url_of_image(std::string_view content_id) {
  return content_id == "logo@example.com" ? "https://inbox.example.com/media/a&b" : "";
}

std::string safe(std::string_view html) { return safe_html(html, {url_of_image}); }

/// What the usual collections of cross-site scripting try, and what changes its meaning when parsed a second time.
const std::string attacks[] = {
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/xss src=x></script>",
    "<script<b>alert(1)</script>",
    "<<script>alert(1);//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
    "<img src=`javascript:alert(1)`>",
    "<img src=\"javascript:alert(1)\" lowsrc=\"javascript:alert(1)\" dynsrc=x srcset=\"https://evil.example/x 1x\">",
    "<img src=x:x onerror\x0B=alert(1)>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<img src=\"data:text/html,<script>alert(1)</script>\">",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"  java\nscript\t:alert(1)\">x</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "<a href=\"&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)\">x</a>",
    "<a href=\"&#0000106&#0000097&#0000118ascript:alert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\"java&Tab;script&NewLine;:alert(1)\">x</a>",
    "<a href=\"\x01javascript:alert(1)\">x</a>",
    "<a href=\"java\0script:alert(1)\">x</a>"s,
    "<a href=\"vbscript:x\">x</a><a href=\"data:text/html,x\">x</a><a href=\"//evil.example\">x</a><a "
    "href=\"file:///etc\">x</a>",
    "<a href='https://a.example/\"onmouseover=\"alert(1)'>x</a>",
    "<a href=\"https://a.example\" onclick=alert(1) style=\"x:expression(alert(1))\" target=_top>x</a>",
    "<a href=\"https://a.example\" ping=\"https://evil.example\" download>x</a>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><p><style><g title=\"</style><img src=x onerror=alert(1)>\">",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<svg><foreignobject><iframe src=x></foreignobject></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id=\"</style><img onerror=alert(1) src>\">",
    "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
    "<math href=\"javascript:alert(1)\">x</math>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<noembed><img title=\"</noembed><img src onerror=alert(1)>\">",
    "<xmp><p title=\"</xmp><svg/onload=alert(1)>\"></xmp>",
    "<textarea><a title=\"</textarea><img src onerror=alert(1)>\"></textarea>",
    "<title><a title=\"</title><img src onerror=alert(1)>\">",
    "<select><template><style><!--</style><a rel=\"--></style></template></select><img id=x src onerror=alert(1)>\">",
    "<template><img src=x onerror=alert(1)></template>",
    "<listing>&lt;img src=1 onerror=alert(1)&gt;</listing>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
    "<!--!><img src=x onerror=alert(1)>--!><img src=y onerror=alert(2)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version=\"1.0\"?><?import namespace=\"t\"><!DOCTYPE html [<!ENTITY x \"y\">]>",
    "<iframe src=\"javascript:alert(1)\"></iframe><iframe srcdoc=\"<script>alert(1)</script>\">",
    "<frameset><frame src=\"javascript:alert(1)\"></frameset>",
    "<object data=\"javascript:alert(1)\"><param name=x></object><embed src=x><applet code=x></applet>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\"><base href=\"javascript:alert(1)//\"><link "
    "rel=stylesheet href=x>",
    "<form action=\"javascript:alert(1)\"><input onfocus=alert(1) autofocus><button formaction=x>y</button><isindex "
    "action=x>",
    "<style>@import 'https://evil.example/x.css';</style><style>*{background:url(x)}</style>",
    "<div style=\"background:url(https://evil.example/x)\">x</div>",
    "<div style=\"background:u\\72l(https://evil.example/x)\">x</div>",
    "<div style=\"background:/**/url(x);width:expression(alert(1));behavior:url(x);-moz-binding:url(x)\">x</div>",
    "<div style=\"position:fixed;top:0;left:0;z-index:99;color:red;color:r\ned\">x</div>",
    "<div style=\"color:red;&quot;><img src=x onerror=alert(1)>\">x</div>",
    "<div style=\"background:image-set('https://evil.example/x' "
    "1x);content:attr(x);width:calc(1px);color:var(--x)\">x</div>",
    "<div style='font-family:\"</style><script>alert(1)</script>'>x</div>",
    "<body onload=alert(1) background=\"https://evil.example/x\"><table background=\"javascript:alert(1)\"><td "
    "background=x>",
    "<b <script>alert(1)</script>0",
    "<b title='`onmouseover=alert(1)//'>x</b><b title=\"a`b\">x</b>",
    "<p title=\"&lt;/p&gt;&quot; onclick=alert(1) x=&quot;\">x</p>",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#60;script&#62;&LT;script&GT;",
    "<table><tr><td><a><table><a><img src=x onerror=alert(1)></table></a></td></tr></table>",
    "<marquee onstart=alert(1)>x</marquee><details open ontoggle=alert(1)><summary>x</summary></details>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "<isindex type=image src=1 onerror=alert(1)><keygen autofocus onfocus=alert(1)>",
    "<x onclick=alert(1)>y</x><custom-element onfocus=alert(1) tabindex=1>z</custom-element>",
    "<p id=x class=y name=z data-x=1 is=b aria-label=c contenteditable slot=q>x</p>",
    "<span class=\"remote-image evil\" title=x>x</span>",
    "<img src=\"cid:nobody@example.com\" onerror=alert(1) alt=\"<script>\">",
    "<a href=\"https://a.example",
    "<img src=\"https://evil.example/x",
    "<p>\xC0\xBCscript\xC0\xBE</p>\xFF",
    "<scri\0pt>alert(1)</scri\0pt>"s,
    "\0<img src=x onerror=alert(1)>"s,
    "</p><//script><///><a/b/c=\"d\"/href=javascript:1><a\fhref\f=\fjavascript:1>",
};

TEST_CASE("no attack of the collections is left in safe HTML, nor appears when it is parsed again", "[safe_html]") {
  for (const auto& attack : attacks) {
    INFO(attack);
    const std::string shown = safe(attack);
    INFO(shown);
    CHECK(unsafe_in(shown) == "");
    CHECK(safe(shown) == shown);
    CHECK(shown.find("alert(1)</") == std::string::npos);
  }
}

TEST_CASE("what a letter looks like is kept", "[safe_html]") {
  const std::string html =
      GENERATE("<p style=\"color:red;margin:0 0 10px\">Hello <b>you</b><br>there</p>",
               "<table width=\"600\" cellpadding=\"0\" style=\"border-collapse:collapse\"><tbody><tr><td "
               "align=\"center\" bgcolor=\"#ffffff\">x</td>"
               "<td>y</td></tr></tbody></table>",
               "<ol start=\"3\"><li>a</li><li>b</li></ol>", "<font color=\"#333333\" face=\"Arial, 'x y'\">a</font>",
               "<div style=\"font-family:Arial, &quot;Open Sans&quot;;background-color:rgb(1, 2, 3)\">x</div>",
               "<img src=\"data:image/png;base64,iVBORw0KGgo=\" alt=\"x\">", "a &amp; b &lt; c è 😕");
  const std::string shown = safe(html);
  CHECK(shown.size() + 20 > html.size());
  CHECK(safe(shown) == shown);
  CHECK(unsafe_in(shown) == "");
  CHECK(safe("<p style=\"color:red;margin:0\">a</p>") == "<p style=\"color:red;margin:0\">a</p>");
}

TEST_CASE("links open elsewhere and tell nobody where they were", "[safe_html]") {
  CHECK(safe("<a href='https://a.example/?x=1&y=2' target=_top>l</a>") ==
        "<a href=\"https://a.example/?x=1&amp;y=2\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">l</a>");
  CHECK(safe("<a href='mailto:a@example.com'>l</a><a href=#top>t</a>") ==
        "<a href=\"mailto:a@example.com\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">l</a><a>t</a>");
}

TEST_CASE("images that came with the letter are shown, those from elsewhere are named only", "[safe_html]") {
  CHECK(safe("<img src=\"cid:logo%40example.com\" width=20 alt=\"A logo\">") ==
        "<img src=\"https://inbox.example.com/media/a&amp;b\" width=\"20\" alt=\"A logo\">");
  CHECK(safe("<img src=\"cid:other\" alt=\"A logo\">") == "A logo");
  CHECK(safe("<img src=\"https://a.example/x.png?a=1&b\" alt=\"A <logo>\">") ==
        "<span class=\"remote-image\" title=\"https://a.example/x.png?a=1&amp;b\">[A &lt;logo&gt;]</span>");
  CHECK(safe("<img src=https://a.example/open.gif width=1 height=1>").empty());
}

TEST_CASE("text of what is left out is kept, but that of scripts, styles and foreign content", "[safe_html]") {
  CHECK(safe("<form><label>Name</label> <input><button>Go</button></form>") == "Name Go");
  CHECK(safe("a<style>b</style><script>c</script><svg><text>d</text></svg><title>e</title>f") == "af");
  CHECK(safe("<svg/>a<svg>b<svg />c</svg>d") == "ad");
  CHECK(safe("<head><title>t</title></head><body bgcolor=#fff>x</body>") == "<div bgcolor=\"#fff\">x</div>");
}

TEST_CASE("safe HTML is well nested whatever came in", "[safe_html]") {
  CHECK(safe("<b><i>x</b>y</i>") == "<b><i>x</i></b>y");
  CHECK(safe("</div><p>a<p>b<ul><li>c<li>d</ul>") == "<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>");
  CHECK(safe("<table><tr><td>a<td>b<tr><td>c</table>") ==
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>");
  std::string deep;
  for (int at = 0; at < 5000; ++at) deep += "<div>";
  const std::string shown = safe(deep + "x");
  CHECK(shown.find('x') != std::string::npos);
  CHECK(shown.size() < 4000);
}

TEST_CASE("hostile HTML costs its size", "[safe_html]") {
  const std::string unit =
      GENERATE("<", "<a ", "<b>", "<p>", "<b></i>", "<td><b>", "<a href='", "<!--", "<!--a--", "&#", "<svg>",
               "<script>", "<style></", "<table><tr><td>", "<a href=tel:1>", "<b a=b c=d>", "<ol><li><p>");
  std::string html;
  while (html.size() < 64 * 1024) html += unit;
  INFO(unit);
  const auto began = std::clock();
  const std::string shown = safe(html);
  CHECK((std::clock() - began) / CLOCKS_PER_SEC < 3);
  CHECK(shown.size() <= html.size() * 8 + 4096);
}

}  // namespace
}  // namespace inboxd::connectors
