// Ownership of what GMime gives out, and its start. Included only by .cpp files of this folder.
#pragma once

#include <memory>

#include <gmime/gmime.h>

namespace inboxd::connectors::email {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class Object>
using Ref = std::unique_ptr<Object, Unref>;

struct FreeText {
  void operator()(char* text) const { g_free(text); }
};
using OwnedText = std::unique_ptr<char, FreeText>;

/// How everything here is parsed: forgiving, and 8-bit bytes without a charset are UTF-8 or else windows-1252. The
/// first call starts GMime; what is returned is only read from then on.
GMimeParserOptions* parser_options();

}  // namespace inboxd::connectors::email
