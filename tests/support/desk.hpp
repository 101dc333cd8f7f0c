// A whole desk in one thread for tests of the daemon's engines: a real store in a folder of its own, the inline bus
// and readers, a clock and transfers that the test moves, and inboxes of the test channel.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <stdlib.h>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/command_bus/inline_bus.hpp"
#include "daemon/core/inboxes/health.hpp"
#include "daemon/core/messages/reply.hpp"
#include "storage/open.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/scripted_transfers.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/test_channel.hpp"

namespace inboxd {

/// Answers storage_unavailable as long as the disk is said to be full; nothing is carried out meanwhile.
class FaultyBus final : public command_bus::Bus {
 public:
  explicit FaultyBus(command_bus::Bus& bus) : bus_(bus) {}
  bool disk_full = false;
  int refused = 0;

  using Bus::submit;
  void submit(std::unique_ptr<command_bus::Job> job) override {
    if (!disk_full) return bus_.submit(std::move(job));
    ++refused;
    job->answer(Error{ErrorCode::storage_unavailable, "the disk is full", Milliseconds{2'000}});
  }

 private:
  command_bus::Bus& bus_;
};

class Desk {
 public:
  Desk() : opened_(open()), writer_(opened_.store->open_writer()), reader_(opened_.store->open_reader()) {}
  ~Desk() {
    reader_.reset();
    writer_.reset();
    std::error_code ignored_at_the_end_of_a_test;
    std::filesystem::remove_all(folder_, ignored_at_the_end_of_a_test);
  }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  struct AddedInbox {
    InboxId id;
    std::shared_ptr<TestChannel> channel;
  };
  AddedInbox add_inbox(const std::string& name, const std::string& account = {}) {
    configured_.push_back({name, "test", account, true});
    auto stored = write([&](core::Context& context) { return core::register_inboxes(context, configured_).value(); });
    auto channel = std::make_shared<TestChannel>();
    list_.push_back(configured_channel(stored.back(), channel));
    current_ = std::make_shared<const ConfiguredChannels>(list_);
    return {stored.back().id, channel};
  }
  /// An inbox of a channel of the test's own.
  InboxId add_channel(const std::string& name, std::shared_ptr<const connectors::Connector> connector) {
    configured_.push_back({name, "test", {}, true});
    auto stored = write([&](core::Context& context) { return core::register_inboxes(context, configured_).value(); });
    list_.push_back(configured_channel(stored.back(), std::move(connector)));
    current_ = std::make_shared<const ConfiguredChannels>(list_);
    return stored.back().id;
  }
  /// As a reload does: the inbox keeps its name and rows.
  void replace_channel(const std::string& name, const std::shared_ptr<const connectors::Connector>& connector) {
    for (auto& channel : list_)
      if (channel.name == name) channel.connector = connector;
    current_ = std::make_shared<const ConfiguredChannels>(list_);
  }
  CurrentChannels channels() {
    return [this] { return current_; };
  }

  /// One command of the test's own.
  template <class Change>
  std::invoke_result_t<Change, core::Context&> write(Change change) {
    std::optional<std::invoke_result_t<Change, core::Context&>> answer;
    bus_.submit<bool>(
        [&](command_bus::Workspace& workspace) -> Result<bool> {
          core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "test"};
          answer.emplace(change(context));
          return true;
        },
        [](const Result<bool>& stored) {
          if (!stored) throw std::runtime_error(stored.error().detail);
        });
    return std::move(*answer);
  }
  template <class Look>
  std::invoke_result_t<Look, const storage::Tables&> read(Look look) {
    std::optional<std::invoke_result_t<Look, const storage::Tables&>> answer;
    reader_->read([&](const storage::Tables& tables) { answer.emplace(look(tables)); });
    return std::move(*answer);
  }

  /// A conversation with one person, open, with one message of theirs.
  ConversationId conversation(InboxId inbox, const std::string& person) {
    return write([&](core::Context& context) {
      Contact contact;
      contact.name = person;
      contact.created_at = contact.updated_at = context.now;
      Identity identity;
      identity.contact = context.tables.contacts().insert(contact);
      identity.inbox = inbox;
      identity.handle = person;
      Conversation row;
      row.inbox = inbox;
      row.identity = context.tables.contacts().insert_identity(identity);
      row.created_at = row.updated_at = row.last_message_at = context.now;
      const auto conversation = context.tables.conversations().insert(row);
      Message message;
      message.conversation = conversation.id;
      message.inbox = inbox;
      message.author = {AuthorKind::contact, identity.contact.value, ""};
      message.external_id = "from-" + person;
      message.created_at = message.received_at = context.now;
      context.tables.messages().insert(message);
      return conversation.id;
    });
  }
  /// An agent's reply: committed in the outbox, nothing sent yet.
  MessageId reply(ConversationId conversation, const std::string& text) {
    return write([&](core::Context& context) {
      Agent agent;
      agent.role = Role::admin;
      agent.all_inboxes = true;
      core::SendMessage command;
      command.conversation = conversation;
      command.text = text;
      return MessageId{core::send_message(context, agent, command, {*current_, "test"}).value().id};
    });
  }
  Message message(MessageId id) {
    return read([&](const storage::Tables& tables) { return *tables.messages().find(id); });
  }
  DeliveryState delivery(MessageId id) { return message(id).delivery.value().state; }
  Inbox inbox(InboxId id) {
    return read([&](const storage::Tables& tables) { return *tables.inboxes().find(id); });
  }
  /// Texts of the requests with a label so far, in order.
  [[nodiscard]] std::vector<std::string> made(const std::string& label) const {
    std::vector<std::string> texts;
    for (const auto& made : transfers.made())
      if (made.transfer.label == label) texts.push_back(std::get<connectors::TextBody>(made.transfer.body).text);
    return texts;
  }

  ManualClock clock;
  SeededRandom random;
  ScriptedTransfers transfers;

 private:
  storage::OpenedStore open() {
    std::string pattern = (std::filesystem::temp_directory_path() / "desk-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    storage::OpenError error;
    auto opened = storage::open_store({folder_ / "store", [] { return std::uint64_t{4711}; }, clock.now()}, error);
    if (!opened) throw std::runtime_error(error.detail);
    return std::move(*opened);
  }

  std::filesystem::path folder_;
  storage::OpenedStore opened_;
  std::unique_ptr<storage::Writer> writer_;
  std::unique_ptr<storage::Reader> reader_;
  std::unique_ptr<storage::SearchReader> search_ = opened_.open_search_reader();
  command_bus::InlineBus bus_{*writer_, clock};
  std::vector<core::ConfiguredInbox> configured_;
  std::vector<ConfiguredChannel> list_;
  std::shared_ptr<const ConfiguredChannels> current_ = std::make_shared<const ConfiguredChannels>();

 public:
  FaultyBus bus{bus_};
  command_bus::InlineReaders readers{*reader_, *search_};
  storage::Blobs& blobs = *opened_.blobs;
};

}  // namespace inboxd
