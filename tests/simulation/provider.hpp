// One provider and its customers: they write, edit, delete, react; what they do is told to us late, twice, out of
// order, or never; what we ask is done, refused, or done and not answered. Keeps its own clock, which never jumps.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/blobs.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/dialect.hpp"
#include "tests/simulation/journal.hpp"
#include "tests/simulation/truth.hpp"

namespace inboxd::simulation {

inline constexpr int people = 8;  // customers of each provider

class Provider {
 public:
  struct Surroundings {
    Chance& chance;
    Truth& truth;
    Journal& journal;
    std::function<Timestamp()> now;
  };

  Provider(std::string name, std::unique_ptr<Dialect> dialect, Surroundings surroundings)
      : name_(std::move(name)), dialect_(std::move(dialect)), with_(std::move(surroundings)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Dialect& dialect() const { return *dialect_; }
  void serve(InboxId inbox) { inbox_ = inbox; }
  [[nodiscard]] InboxId inbox() const { return inbox_; }

  /// A customer does something.
  void live_on();

  /// A webhook to send now; nothing when none is due. `patience`: also what is only due later.
  struct Delivery {
    std::int64_t number = 0;
    connectors::WebhookRequest request;
  };
  enum class Due { now, whenever };
  std::optional<Delivery> next_webhook(Due due);
  void answered(std::int64_t delivery, int status, const storage::Tables& tables);
  /// What was handed over and not answered is sent again.
  void lost_contact();
  [[nodiscard]] bool has_news() const { return !waiting_.empty() || !handed_over_.empty(); }

  /// What it does about a request, and what it answers.
  struct Answer {
    connectors::Exchange exchange;
    bool done = false;      // a message was taken
    bool in_doubt = false;  // the answer does not tell
  };
  enum class Mood { fair, any };
  Answer answer(const connectors::Transfer& request, Mood mood, storage::Blobs& blobs, const storage::Tables& tables);

 private:
  struct Notice {
    Happening happening;
    std::string event;
    Timestamp due;
    /// The message that it speaks of was acknowledged before this was first sent: it must count. One that overtakes its
    /// message finds nothing to change, and its repetition is one.
    std::optional<bool> must_count = {};
  };
  struct Said {
    std::int64_t number = 0;
    int person = 0;
  };

  void tell(Happening happening);
  void before_sending(Notice& notice);
  void write();
  void change_message();
  void acknowledge(const Notice& notice, const storage::Tables& tables);
  void report_receipts(const Call& call, std::int64_t number, bool fails);
  Answer take(const Call& call, Mood mood);
  Answer give_news(const Call& call, const storage::Tables& tables);
  Answer give_file(storage::Blobs& blobs);

  std::string name_;
  std::unique_ptr<Dialect> dialect_;
  Surroundings with_;
  InboxId inbox_;
  std::int64_t next_number_ = 1000;
  std::vector<Said> said_;
  std::deque<Notice> waiting_;
  std::map<std::int64_t, std::vector<Notice>> handed_over_;
  std::int64_t next_delivery_ = 1;
};

}  // namespace inboxd::simulation
