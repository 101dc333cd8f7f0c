// The body is searched for the delimiter (RFC 2046, section 5.1.1); what may be the start of one waits for more input.
#include "daemon/http/multipart.hpp"

#include <utility>

#include "daemon/http/header_parameters.hpp"

namespace inboxd::http {

namespace {
/// A part's header that is longer is refused.
constexpr std::size_t part_header_max = std::size_t{8} * 1024;
/// Forms of more parts are refused.
constexpr int parts_max = 64;
/// RFC 2046 allows no longer boundary.
constexpr std::size_t boundary_max = 70;

std::string base_name(std::string name) {
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string::npos) name.erase(0, slash + 1);
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return name;
}
}  // namespace

Result<std::string> MultipartParser::boundary(std::string_view content_type) {
  const HeaderParameters parsed = parse_parameters(content_type);
  if (parsed.value != "multipart/form-data")
    return bad_request("The body must be multipart/form-data with the file in a part named \"file\".");
  std::string found = parsed.parameter("boundary");
  if (found.empty() || found.size() > boundary_max)
    return bad_request("The content type needs a boundary of 1 to 70 characters.");
  return found;
}

MultipartParser::MultipartParser(std::string_view boundary)
    : delimiter_("\r\n--" + std::string(boundary)), input_("\r\n") {}

Result<void> MultipartParser::put(std::string_view bytes, std::string& file) {
  input_.append(bytes);
  while (true) {
    const auto next = step(file);
    if (!next) return next.error();
    if (*next == Step::more_input) return {};
  }
}

Result<void> MultipartParser::finish() const {
  if (state_ != State::epilogue) return bad_request("The form breaks off before its last boundary.");
  if (!file_seen_) return bad_request("The form has no part named \"file\".");
  return {};
}

Result<MultipartParser::Step> MultipartParser::step(std::string& file) {
  switch (state_) {
    case State::preamble:
    case State::skipped:
      return take_until_boundary(nullptr);
    case State::file:
      return take_until_boundary(&file);
    case State::after_boundary:
      return read_after_boundary();
    case State::part_header:
      return read_part_header();
    case State::epilogue:
      input_.clear();
      return Step::more_input;
  }
  return Step::more_input;
}

MultipartParser::Step MultipartParser::take_until_boundary(std::string* file) {
  const std::size_t at = input_.find(delimiter_);
  if (at == std::string::npos) {
    if (input_.size() < delimiter_.size()) return Step::more_input;
    const std::size_t safe = input_.size() - (delimiter_.size() - 1);
    if (file) file->append(input_, 0, safe);
    input_.erase(0, safe);
    return Step::more_input;
  }
  if (file) file->append(input_, 0, at);
  input_.erase(0, at + delimiter_.size());
  state_ = State::after_boundary;
  return Step::go_on;
}

Result<MultipartParser::Step> MultipartParser::read_after_boundary() {
  const std::size_t padding = input_.find_first_not_of(" \t");
  if (padding == std::string::npos || input_.size() < padding + 2) {
    if (input_.size() > part_header_max) return bad_request("A boundary of the form does not end its line.");
    return Step::more_input;
  }
  if (padding == 0 && input_.compare(0, 2, "--") == 0) {
    state_ = State::epilogue;
    return Step::go_on;
  }
  if (input_.compare(padding, 2, "\r\n") != 0) return bad_request("A boundary of the form does not end its line.");
  input_.erase(0, padding);
  state_ = State::part_header;
  return Step::go_on;
}

/// The line end of the boundary is still there, so that an empty header ends in an empty line like any other.
Result<MultipartParser::Step> MultipartParser::read_part_header() {
  const std::size_t end = input_.find("\r\n\r\n");
  if (end > part_header_max) {  // also where there is none
    if (input_.size() > part_header_max) return bad_request("A part's header is longer than 8 KiB.");
    return Step::more_input;
  }
  const std::string header = input_.substr(0, end + 2);
  input_.erase(0, end + 4);
  const auto started = start_part(header);
  if (!started) return started.error();
  return Step::go_on;
}

Result<void> MultipartParser::start_part(std::string_view header) {
  if (++parts_ > parts_max) return bad_request("The form has more than 64 parts.");
  HeaderParameters disposition;
  std::string type;
  while (!header.empty()) {
    const std::size_t end = header.find("\r\n");
    const std::string_view line = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string name = lower_case(line.substr(0, colon));
    if (name == "content-disposition") disposition = parse_parameters(line.substr(colon + 1));
    if (name == "content-type") type = std::string(trim_spaces(line.substr(colon + 1)));
  }
  state_ = State::skipped;
  if (disposition.value != "form-data" || disposition.parameter("name") != "file") return {};
  if (std::exchange(file_seen_, true)) return bad_request("The form has more than one part named \"file\".");
  state_ = State::file;
  file_name_ = base_name(disposition.parameter("filename"));
  file_type_ = std::move(type);
  return {};
}

}  // namespace inboxd::http
