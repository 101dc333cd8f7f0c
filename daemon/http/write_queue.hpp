// What waits to leave one connection: bytes of its own, and texts that many connections send, which stay shared until
// the kernel has copied them. Used by the wire; does no I/O.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/buffer.hpp>

namespace inboxd::http {

class WriteQueue {
 public:
  /// How many pieces one system call takes: Asio hands over no more of a sequence.
  static constexpr std::size_t pieces_max = 64;
  using Pieces = std::array<boost::asio::const_buffer, pieces_max>;

  /// Where a connection's own bytes are appended; what was shared before stays before them.
  std::string& own() { return own_; }
  void share(std::shared_ptr<const std::string> text);

  /// Bytes not yet taken.
  [[nodiscard]] std::size_t size() const { return own_.size() + shared_bytes_ - taken_; }
  /// The first of them, in order, put into `pieces`.
  [[nodiscard]] std::span<const boost::asio::const_buffer> first(Pieces& pieces) const;
  /// The kernel took so many.
  void take(std::size_t bytes);
  /// Forgets everything; keeps little memory.
  void clear();

 private:
  struct Shared {
    std::size_t after = 0;  // it follows this many of the own bytes
    std::shared_ptr<const std::string> text;
  };

  std::string own_;
  std::vector<Shared> shared_;
  std::size_t shared_bytes_ = 0;
  std::size_t taken_ = 0;         // of all
  std::size_t own_taken_ = 0;     // of own_
  std::size_t shared_taken_ = 0;  // whole texts of shared_
  std::size_t text_taken_ = 0;    // of the text after those
};

}  // namespace inboxd::http
