#include "connectors/email/mail/gmime.hpp"

#include <array>

namespace inboxd::connectors::email {
namespace {

struct FreeOptions {
  void operator()(GMimeParserOptions* options) const { g_mime_parser_options_free(options); }
};
using Options = std::unique_ptr<GMimeParserOptions, FreeOptions>;

Options start() {
  g_mime_init();
  Options options(g_mime_parser_options_new());
  std::array<const char*, 3> charsets{"utf-8", "windows-1252", nullptr};
  g_mime_parser_options_set_fallback_charsets(options.get(), charsets.data());
  return options;
}

}  // namespace

GMimeParserOptions* parser_options() {
  static const Options options = start();
  return options.get();
}

}  // namespace inboxd::connectors::email
