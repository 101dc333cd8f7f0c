#include "storage/sqlite/master_key.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "storage/file_descriptor.hpp"
#include "storage/sqlite/directory.hpp"
#include "storage/sqlite/query.hpp"
#include "storage/store.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr const char* key_file = "master.key";
constexpr std::size_t key_bytes_max = 4096;

[[noreturn]] void fail(const char* doing, const std::filesystem::path& file) {
  throw StorageFailure(FailureKind::unavailable,
                       fmt::format("cannot {} {}: {}", doing, file.string(), std::strerror(errno)));
}

std::optional<std::string> read_key(const std::filesystem::path& file) {
  const FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.get() < 0 && errno == ENOENT) return std::nullopt;
  std::string text(key_bytes_max, '\0');
  const auto got = opened.get() < 0 ? -1 : ::read(opened.get(), text.data(), text.size());
  if (got < 0) fail("read", file);
  text.resize(static_cast<std::size_t>(got));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.size() < master_key_chars_min) {
    errno = EINVAL;
    fail("take a key from", file);
  }
  return text;
}

/// Durable before anything is sealed with it.
std::string make_key(const std::filesystem::path& file) {
  auto text = random_key_text();
  const auto line = text + '\n';
  const FileDescriptor opened(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (opened.get() < 0 || ::write(opened.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
      ::fsync(opened.get()) != 0) {
    const int error = errno;
    if (opened.get() >= 0) ::unlink(file.c_str());
    errno = error;
    fail("write", file);
  }
  sync_directory(file.parent_path());
  return text;
}

struct SealedState {
  InboxId inbox;
  std::string key_id;
  std::string bytes;
};

std::vector<SealedState> read_states(Connection& connection) {
  std::vector<SealedState> states;
  Query query(
      connection,
      "SELECT id, connector_state_key, connector_state FROM inboxes WHERE length(connector_state) > 0 ORDER BY id");
  while (query.next()) {
    auto& state = states.emplace_back();
    query.read(state.inbox, state.key_id, state.bytes);
  }
  return states;
}

OpenError unknown_key(const SealedState& state, const std::string& ours) {
  return {OpenRefusal::wrong_key,
          fmt::format("secrets of this store are sealed by the master key {}, {}; give that key as storage.master_key, "
                      "or as storage.previous_master_key beside a new one",
                      state.key_id, ours.empty() ? "which is missing" : "and the one given is " + ours)};
}

/// The keys that are given, the current one first. `report` says where that is from.
std::vector<std::string> collect_keys(const std::filesystem::path& file, const KeySettings& settings, bool may_make,
                                      KeyReport& report) {
  std::vector<std::string> texts;
  auto own = read_key(file);
  if (!settings.master_key.empty()) {
    texts.push_back(settings.master_key);
    report.source = KeySource::config;
    report.file_left = own.has_value();
  } else {
    report.made = !own && may_make;
    if (report.made) own = make_key(file);
    report.source = KeySource::file;
  }
  if (!settings.previous_master_key.empty()) texts.push_back(settings.previous_master_key);
  // Moved into the config, the store's own key is the one before.
  if (own) texts.insert(report.source == KeySource::file ? texts.begin() : texts.end(), *own);
  return texts;
}

bool bring_under(Connection& connection, const Seal& seal, const std::vector<SealedState>& states, KeyReport& report,
                 OpenError& error) {
  execute(connection, "BEGIN IMMEDIATE");
  for (const auto& state : states) {
    const auto place = place_of_state(state.inbox);
    const auto plain = state.key_id.empty() ? std::optional(state.bytes) : seal.open(state.bytes, state.key_id, place);
    if (!plain) {
      execute(connection, "ROLLBACK");
      error = {OpenRefusal::corrupt, fmt::format("the sealed state of inbox {} does not open with its key {}",
                                                 state.inbox.value, state.key_id)};
      return false;
    }
    if (state.key_id == seal.key_id()) continue;
    execute(connection, "UPDATE inboxes SET connector_state = $2, connector_state_key = $3 WHERE id = $1", state.inbox,
            Bytes{seal.seal(*plain, place)}, seal.key_id());
    ++report.sealed_again;
  }
  execute(connection, "COMMIT");
  return true;
}

}  // namespace

std::shared_ptr<const Seal> prepare_seal(Connection& connection, const std::filesystem::path& directory,
                                         const KeySettings& settings, KeyReport& report, OpenError& error) {
  const auto states = read_states(connection);
  const auto sealed = std::find_if(states.begin(), states.end(), [](const auto& s) { return !s.key_id.empty(); });
  auto texts = collect_keys(directory / key_file, settings, sealed == states.end(), report);
  if (texts.empty() || (report.source == KeySource::file && !std::filesystem::exists(directory / key_file))) {
    error = unknown_key(*sealed, {});
    return nullptr;
  }
  report.text = texts.front();
  std::vector<std::unique_ptr<const MasterKey>> keys;
  for (auto& text : texts) {
    keys.push_back(MasterKey::from_text(text));
    wipe(text);
  }
  auto current = std::move(keys.front());
  keys.erase(keys.begin());
  auto seal = std::make_shared<const Seal>(std::move(current), std::move(keys));
  report.id = seal->key_id();
  for (const auto& state : states) {
    if (state.key_id.empty() || seal->knows(state.key_id)) continue;
    error = unknown_key(state, seal->key_id());
    return nullptr;
  }
  if (!bring_under(connection, *seal, states, report, error)) return nullptr;
  return seal;
}

std::string place_of_state(InboxId inbox) { return "inboxes.connector_state:" + std::to_string(inbox.value); }

}  // namespace inboxd::storage::sqlite
