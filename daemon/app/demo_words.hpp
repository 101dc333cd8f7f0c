// What `inboxd demo` tells a newcomer at the start: what runs, and lines to copy and paste. Pure text, made by
// demo.cpp.
#pragma once

#include <string>

#include "schemas/types/ids.hpp"

namespace inboxd::app {

struct DemoFacts {
  std::string origin;  // "http://127.0.0.1:8800"
  std::string token;
  std::string email;
  std::string config_file;
  std::string program;  // this executable's path
  std::string folder;
  ConversationId first_conversation = {};
  std::string first_customer = {};
  std::string first_answer = {};
};

std::string demo_welcome(const DemoFacts& facts);

/// As one word of a POSIX shell.
std::string shell_word(const std::string& text);

}  // namespace inboxd::app
